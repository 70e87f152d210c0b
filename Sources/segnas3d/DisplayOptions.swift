internal import ArgumentParser

/// How a long command tells what it does and what came of it.
struct DisplayOptions: ParsableArguments {
    @Flag(help: "Print one JSON document instead of text.")
    var json = false

    @Flag(help: "Show no progress.")
    var quiet = false
}
