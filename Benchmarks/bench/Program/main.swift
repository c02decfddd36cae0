// The main file of `bench`.

import RecurrentBench

runBench()
