import Foundation
import TestSupport
import Testing

@Suite("Search without options")
struct ForecastTests {
    private struct Forecast: Decodable {
        var trainings: Int
        var epochs: Int
        var stepsPerEpoch: Int
        var finalEpochs: Int?
        var trials: Int?
        var trainableShare: Double
        var leastSeconds: Double
        var mostSeconds: Double
    }

    private func forecast(_ folder: PhantomFolder, _ options: String...) throws -> Forecast {
        try forecast(folder, options: options)
    }

    private func forecast(_ folder: PhantomFolder, options: [String]) throws -> Forecast {
        let run = try Program.run(
            ["search", "data", "--dry-run", "--json", "--quiet", "--cache", "cache"] + options,
            in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(Forecast.self, from: Data(run.output.utf8))
    }

    @Test("the budget follows from the time, and a dry run writes nothing")
    func budget() throws {
        try PhantomFolder.with(cases: 10, size: 16) { folder in
            let (short, long) = (
                try forecast(folder, "--batch", "2", "--time-limit", "3h"),
                try forecast(folder, "--batch", "2", "--time-limit", "90h")
            )
            #expect(short.mostSeconds <= 3 * 3600 && short.leastSeconds <= short.mostSeconds)
            #expect(long.mostSeconds <= 90 * 3600)
            #expect(short.epochs * short.trainings <= long.epochs * long.trainings)
            #expect(try #require(short.finalEpochs) >= short.epochs)
            // No more than the recipe has, whatever the time: from then on networks learn their cases by heart.
            #expect(long.finalEpochs == 100)
            #expect(short.trials == nil)
            // What is given stays.
            let given = try forecast(
                folder, "--space", "segnas4", "--iterations", "7", "--epochs", "2")
            #expect(given.trials == 7 && given.epochs == 2 && given.finalEpochs == nil)
            let seeds = try Program.run(
                [
                    "search", "data", "--batch", "2", "--dry-run", "--space", "segnas4",
                    "--iterations", "7", "--epochs", "2", "--final-seeds", "3", "--cache", "cache",
                ],
                in: folder.url)
            #expect(seeds.output.contains("; then 3 times 2 epochs of what is best"), "\(seeds)")
            let few = try Program.run(
                [
                    "search", "data", "--batch", "2", "--dry-run", "--time-limit", "2s", "--cache",
                    "cache",
                ],
                in: folder.url)
            #expect(few.status == 2 && few.errors.contains("--time-limit leaves"), "\(few.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            #expect(Set(names).subtracting(["cache"]) == ["data"])
        }
    }

    @Test("within narrow limits more networks are drawn; limits that allow none are named")
    func limits() throws {
        try PhantomFolder.with(cases: 10, size: 16) { folder in
            let common = [
                "--size", "16", "--space", "segnas11", "--epochs", "2", "--iterations", "3",
                "--sampler", "model", "--max-parameters",
            ]
            // About one network in fifty.
            let narrow = try forecast(folder, options: common + ["20K"])
            #expect(0.001..<0.1 ~= narrow.trainableShare, "\(narrow)")
            let none = try Program.run(
                ["search", "data", "--cache", "cache", "--dry-run", "--quiet"] + common + ["2"],
                in: folder.url)
            #expect(none.status == 2)
            #expect(
                none.errors.contains(
                    "can be trained here within the limit of 2 parameters: raise the limit, widen it"
                ),
                "\(none.errors)")
        }
    }

    @Test("of a study that was begun, a dry run says what another budget leaves; a run is no study")
    func begun() throws {
        try PhantomFolder.with(cases: 6, size: 16) { folder in
            let options = [
                "--size", "16", "--epochs", "1", "--space", "segnas4", "--sampler", "random",
                "--iterations", "2", "--max-operations", "100M", "--split", "60/40/0",
            ]
            let first = try Program.run(
                ["search", "data", "--cache", "cache", "--quiet", "--output", "study"] + options,
                in: folder.url)
            #expect(first.status == 0, "\(first)")
            func dry(_ more: String...) throws -> Program {
                try Program.run(
                    ["search", "--output", "study", "--dry-run", "--quiet"] + more, in: folder.url)
            }
            #expect(try dry().output.contains("2 of 2 trials done; search complete"))
            #expect(try dry("--iterations", "5").output.contains("2 of 5 trials done"))
            let other = try dry("--effective-iterations", "5")
            #expect(other.status == 2, "\(other)")
            let run = try Program.run(
                [
                    "train", "data", "--size", "16", "--epochs", "1", "--network", "unet3d",
                    "--split", "60/40/0", "--cache", "cache", "--quiet", "--output", "run",
                ], in: folder.url)
            #expect(run.status == 0, "\(run)")
            let wrong = try Program.run(["search", "--output", "run"], in: folder.url)
            #expect(
                wrong.errors.contains("run is a run of segnas3d train, not a study"), "\(wrong)")
        }
    }

    @Test("one word is refused with what is missing")
    func missing() throws {
        let run = try Program.run("search")
        #expect(run.status == 2 && run.errors.contains("DATASET is missing"))
    }
}
