// The main file of `recurrent`.

import RecurrentCommand

runRecurrent()
