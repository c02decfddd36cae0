// The program `bench`.

import bench

runBench()
