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
        var leastSeconds: Double
        var mostSeconds: Double
    }

    private func forecast(_ folder: PhantomFolder, _ options: String...) throws -> Forecast {
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

    @Test("one word is refused with what is missing")
    func missing() throws {
        let run = try Program.run("search")
        #expect(run.status == 2 && run.errors.contains("DATASET is missing"))
    }
}
