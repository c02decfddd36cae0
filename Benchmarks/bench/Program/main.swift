// The program `bench`.

import RecurrentBench

runBench()
