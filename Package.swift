// swift-tools-version: 6.2
import PackageDescription

// Compute targets are optimised in debug builds too, so that plain `swift run bench` measures
// optimised code and `swift test` is not slow. (From tools version 6.2 on, unsafeFlags do not bar a
// package from being a dependency.) `-num-threads` makes whole-module mode write the one object file
// per source that a debug build links.
let optimised: [SwiftSetting] = [
  .unsafeFlags(
    ["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"],
    .when(configuration: .debug))
]
let optimisedC: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

/// The OpenBLAS backend is built if the trait OpenBLAS is on, which is the default. The library is
/// loaded at run time, so that building needs neither it nor its headers.
let openBLAS: TargetDependencyCondition? = .when(traits: ["OpenBLAS"])

let package = Package(
  name: "recurrent",
  products: [
    .library(name: "Recurrent", targets: ["Recurrent"]),
    .executable(name: "recurrent", targets: ["RecurrentProgram"]),
    .executable(name: "bench", targets: ["RecurrentBenchProgram"]),
  ],
  traits: [
    .default(enabledTraits: ["OpenBLAS"]),
    .trait(
      name: "OpenBLAS",
      description: "Builds the OpenBLAS backend, which works where libopenblas0 and liblapacke are installed."),
  ],
  dependencies: [
    // Options, help texts and their errors for `recurrent` and `bench`.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // MARK: Public API
    .target(
      name: "Recurrent",
      dependencies: [
        "RecurrentCore", "RecurrentLayers", "RecurrentTraining", "RecurrentText", "RecurrentInterchange",
        "RecurrentPlots", "RecurrentNativeKernels", "RecurrentPackedBackend", "RecurrentSwiftBackend",
        .target(name: "RecurrentOpenBLASBackend", condition: openBLAS),
      ]),
    .target(name: "RecurrentLayers", dependencies: ["RecurrentCore"], swiftSettings: optimised),
    .target(
      name: "RecurrentTraining",
      dependencies: [
        "RecurrentCore", "RecurrentLayers", "RecurrentInterchange", "RecurrentLinearAlgebra", "RecurrentPlots",
      ],
      // The spans of a parameter that an update rule sees do not outlive its call.
      swiftSettings: optimised + [.enableExperimentalFeature("Lifetimes")]),
    .target(
      name: "RecurrentText",
      dependencies: [
        "RecurrentCore", "RecurrentLayers", "RecurrentTraining", "RecurrentInterchange", "CRecurrentSamples",
      ],
      swiftSettings: optimised),
    .target(name: "CRecurrentSamples", exclude: ["data"]),
    .target(name: "RecurrentPlots", dependencies: ["RecurrentCore", "RecurrentInterchange"]),
    .target(
      name: "RecurrentInterchange", dependencies: ["RecurrentCore", "RecurrentLayers"], swiftSettings: optimised),

    // MARK: Engine
    .target(name: "RecurrentCore", dependencies: ["CRecurrentProcessor"], swiftSettings: optimised),
    .target(name: "CRecurrentProcessor", cSettings: optimisedC),
    .target(name: "RecurrentSwiftBackend", dependencies: ["RecurrentCore"], swiftSettings: optimised),
    .target(
      name: "RecurrentOpenBLASBackend",
      dependencies: ["RecurrentCore", "RecurrentNativeKernels", .target(name: "CRecurrentBLAS", condition: openBLAS)],
      swiftSettings: optimised),
    .target(
      name: "RecurrentPackedBackend", dependencies: ["RecurrentCore", "RecurrentNativeKernels", "CRecurrentKernels"],
      swiftSettings: optimised),
    .target(
      name: "RecurrentNativeKernels", dependencies: ["RecurrentCore", "CRecurrentKernels"], swiftSettings: optimised),
    .target(name: "CRecurrentKernels", cSettings: optimisedC),
    .target(
      name: "RecurrentLinearAlgebra",
      dependencies: ["RecurrentCore", .target(name: "CRecurrentBLAS", condition: openBLAS)], swiftSettings: optimised),
    .target(name: "CRecurrentBLAS", path: "CBLAS"),

    // MARK: Executables, each a target that tests and _Fuzz can link, and its main file
    .target(
      name: "RecurrentCommand",
      dependencies: ["Recurrent", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      exclude: ["Program"]),
    .executableTarget(
      name: "RecurrentProgram", dependencies: ["RecurrentCommand"], path: "Sources/RecurrentCommand/Program"),
    .executableTarget(
      name: "RecurrentBenchProgram", dependencies: ["RecurrentBench"], path: "Benchmarks/bench/Program"),
    .target(
      name: "RecurrentBench",
      dependencies: [
        "Recurrent", "RecurrentNativeKernels", "RecurrentPlots", "CRecurrentAllocationCounter",
        "CRecurrentMachinePeak",
        .target(name: "CRecurrentBLAS", condition: openBLAS),
        .target(name: "RecurrentOpenBLASBackend", condition: openBLAS),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/bench", exclude: ["Program"], swiftSettings: optimised),
    .target(name: "CRecurrentMachinePeak", path: "Benchmarks/CRecurrentMachinePeak", cSettings: optimisedC),
    .target(name: "CRecurrentAllocationCounter", path: "Benchmarks/CRecurrentAllocationCounter", cSettings: optimisedC),

    // MARK: Tests
    .executableTarget(name: "_ReadmeTrainer", dependencies: ["Recurrent"], path: "Tests/_ReadmeTrainer"),
    .executableTarget(name: "_ReadmeEngine", dependencies: ["Recurrent"], path: "Tests/_ReadmeEngine"),
    .executableTarget(name: "_ResumableRun", dependencies: ["Recurrent"], path: "Tests/_ResumableRun"),
    // Feeds every reader with mutated input: scripts/fuzz.
    .executableTarget(
      name: "_Fuzz",
      dependencies: [
        "Recurrent", "RecurrentCommand", "RecurrentBench",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/_Fuzz"),
    .target(name: "_CTestSupport", path: "Tests/_CTestSupport"),
    .target(
      name: "_TestSupport", dependencies: ["Recurrent", "RecurrentNativeKernels", "_CTestSupport"],
      path: "Tests/_TestSupport", swiftSettings: optimised),
    .testTarget(name: "RecurrentCoreTests", dependencies: ["CRecurrentProcessor", "RecurrentCore", "_TestSupport"]),
    .testTarget(name: "RecurrentSwiftBackendTests", dependencies: ["RecurrentSwiftBackend", "_TestSupport"]),
    .testTarget(
      name: "RecurrentPackedBackendTests",
      dependencies: ["RecurrentNativeKernels", "RecurrentPackedBackend", "RecurrentSwiftBackend", "_TestSupport"]),
    .testTarget(
      name: "RecurrentOpenBLASBackendTests",
      dependencies: [
        "_TestSupport", .target(name: "RecurrentOpenBLASBackend", condition: openBLAS),
        .target(name: "CRecurrentBLAS", condition: openBLAS),
      ]),
    .testTarget(
      name: "RecurrentLayersTests",
      dependencies: [
        "Recurrent", "RecurrentNativeKernels", "RecurrentPackedBackend", "RecurrentSwiftBackend", "_TestSupport",
      ]),
    .testTarget(
      name: "RecurrentTrainingTests", dependencies: ["Recurrent", "_ReadmeTrainer", "_ResumableRun", "_TestSupport"]),
    .testTarget(name: "RecurrentLinearAlgebraTests", dependencies: ["RecurrentLinearAlgebra"]),
    .testTarget(name: "RecurrentPlotsTests", dependencies: ["RecurrentPlots", "_TestSupport"]),
    .testTarget(name: "RecurrentTextTests", dependencies: ["Recurrent", "_TestSupport"]),
    .testTarget(name: "RecurrentInterchangeTests", dependencies: ["RecurrentInterchange", "RecurrentSwiftBackend"]),
    .testTarget(name: "RecurrentTests", dependencies: ["Recurrent", "CRecurrentAllocationCounter", "_TestSupport"]),
    .testTarget(
      name: "RecurrentCommandTests",
      dependencies: ["RecurrentCommand", "RecurrentProgram", "Recurrent", "_TestSupport"]),
    .testTarget(
      name: "DocumentationTests",
      dependencies: ["_ReadmeEngine", "_ReadmeTrainer", "RecurrentProgram", "RecurrentBenchProgram", "_TestSupport"]),
    .testTarget(name: "FuzzTests", dependencies: ["_Fuzz", "_TestSupport"]),
    .testTarget(
      name: "BenchTests",
      dependencies: ["RecurrentBench", "RecurrentBenchProgram", "CRecurrentMachinePeak", "_TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
