// The program `recurrent`.

import RecurrentCommand

runRecurrent()
