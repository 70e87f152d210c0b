import SegNASDatasets
import SegNASHost
import SegNASReport
import SegNASSearch
import SegNASSegmentation
import SegNASStudy
import SegNASTorch
import Testing

@testable import SegNASExperiments

@Suite("Hyperparameters of searches")
struct HyperparameterTests {
    private func conditions(_ recipe: Recipe = .standard, fit: PreparationOptions.Fit = .patch)
        -> TrainingConditions
    {
        var conditions = TrainingConditions(
            data: DataOptions(
                dataset: "/d", preparation: PreparationOptions(size: [32, 32, 32], fit: fit)))
        recipe.apply(to: &conditions.training, fit: fit)
        return conditions
    }

    @Test("names are those of the training's options")
    func names() {
        #expect(Hyperparameter.loss.choices == LossFunction.allCases.map(\.rawValue))
        #expect(Hyperparameter.optimizer.choices == OptimizerChoice.allCases.map(\.rawValue))
        #expect(Hyperparameter.schedule.choices == LearningRateSchedule.allCases.map(\.rawValue))
        #expect(Hyperparameter.recipe.choices == Recipe.allCases.map(\.rawValue))
    }

    @Test("every setting reaches the training, and nothing else changes")
    func applied() {
        var expected = conditions().training
        var options = expected
        options.apply(
            [
                .batch: 5, .learningRate: 0.02, .weightDecay: 1e-4, .momentum: 0.95, .clip: 3,
                .average: 0.9, .warmUp: 4, .foregroundShare: 0.5, .augmentation: 0.5,
                .loss: "exponential-logarithmic", .optimizer: "sgd", .schedule: "polynomial",
            ], fit: .patch)
        expected.batchSize = 5
        expected.learningRate = 0.02
        expected.weightDecay = 1e-4
        expected.momentum = 0.95
        expected.gradientClipping = 3
        expected.weightAveraging = 0.9
        expected.warmUpEpochs = 4
        expected.foregroundShare = 0.5
        expected.augmentation = expected.augmentation?.scaled(by: 0.5)
        expected.loss = .exponentialLogarithmic
        expected.optimizer = .sgd
        expected.schedule = .polynomial
        #expect(options == expected)
        options.apply([.augmentation: 0], fit: .patch)
        #expect(options.augmentation == nil)
    }

    @Test("another optimizer leaves what it has not; a recipe leaves the time of trainings alone")
    func replaced() {
        var options = conditions().training
        options.apply([.optimizer: "nadam"], fit: .patch)
        #expect(options.weightDecay == 0 && options.faults.isEmpty)
        options = conditions().training
        options.epochs = 7
        options.batchSize = 4
        options.stepsPerEpoch = 9
        options.seed = 5
        options.apply([.recipe: "nnunet", .learningRate: 0.03, .augmentation: 0.5], fit: .patch)
        var expected = Recipe.nnunet.options
        expected.epochs = 7
        expected.batchSize = 4
        expected.stepsPerEpoch = 9
        expected.seed = 5
        expected.learningRate = 0.03
        expected.augmentation = expected.augmentation?.scaled(by: 0.5)
        #expect(options == expected)
        options.apply([.recipe: "nnunet", .optimizer: "adamw"], fit: .patch)
        #expect(options.momentum == nil && options.weightDecay == 3e-5)
    }

    @Test("a training's own values", arguments: Recipe.allCases)
    func own(recipe: Recipe) {
        var options = conditions(recipe).training
        let values = options.values(of: Hyperparameter.allCases, fit: .patch)
        #expect(values[.recipe] == .choice(recipe.rawValue))
        #expect(values[.learningRate] == .number(options.learningRate))
        #expect(values[.augmentation] == 1 && values[.momentum] != nil)
        #expect((values[.average] == nil) == (recipe != .standard))
        let isPaper = options.loss == .exponentialLogarithmic
        options.loss = isPaper ? .diceCrossEntropy : .exponentialLogarithmic
        #expect(options.values(of: [.recipe], fit: .patch).isEmpty)
    }

    @Test(
        "spaces whose trainings cannot be are refused before anything is trained",
        arguments: [
            (
                "optimizer: [adamw, sgd]\nmomentum: 0.9",
                "with optimizer adamw that cannot be: `momentum`"
            ),
            (
                "momentum: {from: 0.8, to: 0.99}",
                "the `space` has trainings that cannot be: `momentum`"
            ),
            (
                "optimizer: [nadam, sgd]\nweight_decay: {from: 0, to: 0.1}",
                "with optimizer nadam that cannot be: `weightDecay` does not go with nadam"
            ),
            ("warm_up: [0, 200]", "`warmUpEpochs` 199 must leave some of the 100 epochs"),
        ])
    func refused(yaml: String, sentence: String) throws {
        let faults = try SearchSpace(yaml: "base: segnas4\n" + yaml).faults(for: conditions())
        #expect(faults.count == 1 && faults[0].contains(sentence), "\(faults)")
    }

    @Test("conditions make them possible; what images and training do not have is refused")
    func possible() throws {
        let space = try SearchSpace(
            yaml: """
                base: segnas+
                optimizer: [nadam, adamw, sgd]
                momentum: {from: 0.8, to: 0.99, when: {optimizer: sgd}}
                weight_decay: {from: 1e-5, to: 0.1, scale: log, when: {optimizer: [adamw, sgd]}}
                recipe: [paper, nnunet, default]
                batch: [1, 5]
                """)
        #expect(space.faults(for: conditions()).isEmpty)
        for preset in SearchSpace.Preset.allCases {
            #expect(SearchSpace(preset).faults(for: conditions(.paper, fit: .resize)).isEmpty)
        }
        let share = try SearchSpace(yaml: "{base: segnas4, foreground_share: 0.5}")
        #expect(share.faults(for: conditions()).isEmpty)
        #expect(
            share.faults(for: conditions(fit: .resize)).map { $0.contains("for patches") } == [true]
        )
        var bare = conditions()
        bare.training.augmentation = nil
        #expect(SearchSpace.segnasPlus.faults(for: bare).map { $0.contains("has none") } == [true])
        #expect(space.faults(for: bare).isEmpty)
    }

    @Test("grids that images do not have, or that cannot be compared, are refused")
    func grids() throws {
        let patches = try SearchSpace(yaml: "{base: segnas4, patch: [32, 48]}")
        let spacings = try SearchSpace(yaml: "{base: segnas4, spacing: [planned, 1.5]}")
        let sizes = try SearchSpace(yaml: "{base: segnas4, size: [24, 32]}")
        var original = conditions()
        original.training.validationGrid = .original
        var whole = conditions(.paper, fit: .resize)
        #expect(patches.faults(for: conditions()).isEmpty)
        #expect(spacings.faults(for: original).isEmpty)
        let sentences = [
            (patches.faults(for: whole), "has patch, which is for patches"),
            (
                spacings.faults(for: conditions()),
                "the `space` searches spacing, and Dice on prepared images of different voxels cannot be compared: "
                    + "give `validationGrid` original"
            ),
            (sizes.faults(for: whole), "the `space` searches size, and Dice on prepared images"),
            (
                sizes.faults(for: original),
                "has size, to which whole images are brought, and patches"
            ),
        ]
        for (faults, sentence) in sentences {
            #expect(faults.count == 1 && faults[0].contains(sentence), "\(faults)")
        }
        whole.training.validationGrid = .original
        #expect(sizes.faults(for: whole).isEmpty)
        // One size is not searched.
        whole.training.validationGrid = .prepared
        #expect(try SearchSpace(yaml: "{base: segnas4, size: 24}").faults(for: whole).isEmpty)
    }

    @Test(
        "a training has the grid of its trial; a search begins at the nearest to the training's own"
    )
    func chosenGrids() throws {
        let options = PreparationOptions(
            size: [40, 40, 20], fit: .patch, spacing: .fixed(mm: [1, 1, 2]))
        let chosen = options.choosing([.patch: "48x48x32", .spacing: "planned", .batch: 3])
        #expect(chosen.size == [48, 48, 32] && chosen.spacing == .fixed(mm: [1, 1, 2]))
        #expect(options.choosing([.spacing: "1.5"]).spacing == .fixed(mm: [1.5, 1.5, 1.5]))
        #expect(options.choosing([:]) == options)
        func usual(_ yaml: String) throws -> [Hyperparameter: HyperparameterValue] {
            options.values(in: try SearchSpace(yaml: "base: segnas4\n" + yaml))
        }
        #expect(
            try usual("patch: [96, 48x48x16, 32]\nspacing: [1, planned]")
                == [.patch: "48x48x16", .spacing: "planned"])
        #expect(try usual("spacing: [3, 1x1x2.5, 0.5]") == [.spacing: "1x1x2.5"])
        #expect(try usual("batch: 2") == [:])
    }

    @Test("segnas+ is planned around the learning rate of the training, and begins at its options")
    func plus() throws {
        func plan(_ recipe: Recipe) throws -> StudyPlan {
            let options = SearchOptions(space: "segnas+", conditions: conditions(recipe))
            return try options.plan(
                RecordedConditions(options.conditions, on: .cpu, memoryLimit: ByteCount(1 << 30)),
                images: SearchedImages(size: [32, 32, 32], channels: 1, classes: 2, batch: 2))
        }
        let standard = try plan(.standard)
        #expect(
            standard.space
                == "{base: segnas+, learning_rate: {from: 0.0008, to: 0.02, scale: log}}")
        #expect(standard.sampler.usual == [.learningRate: 4e-3, .augmentation: 1])
        let paper = try plan(.paper)
        #expect(
            paper.space
                == "{base: segnas+, learning_rate: {from: 0.0002, to: 0.005, scale: log}}")
        #expect(try paper.searchSpace().searched.count == 14)
        #expect(paper.sampler.usual == [.learningRate: 1e-3, .augmentation: 1])
        // Spaces of networks alone have the plans of before.
        let network = SearchOptions(space: "segnas11", conditions: conditions())
        #expect(
            try network.plan(
                RecordedConditions(network.conditions, on: .cpu, memoryLimit: ByteCount(1)),
                images: SearchedImages(size: [32, 32, 32], channels: 1, classes: 2, batch: 2)
            ).sampler.usual == nil)
    }

    @Test("descriptions leave out what is searched, and say what a space fixes")
    func described() throws {
        let recorded = RecordedConditions(conditions(), on: .cpu, memoryLimit: ByteCount(1 << 30))
        func words(_ yaml: String) throws -> String {
            let space = try SearchSpace(yaml: "base: segnas4\n" + yaml)
            return TrainingDescription(recorded, in: space).training
        }
        let all = TrainingDescription(recorded).training
        #expect(all.contains("batch 3, adamw, learning rate 0.004, loss dice-cross-entropy, "))
        #expect(
            try words("batch: 2\nloss: exponential-logarithmic")
                .contains("batch 2, adamw, learning rate 0.004, loss exponential-logarithmic, "))
        #expect(
            try words("optimizer: [adamw, nadam]\nlearning_rate: {from: 1e-4, to: 1e-2}")
                .contains("batch 3, loss dice-cross-entropy, "))
        let ofRecipes = try words("recipe: [paper, default]")
        #expect(ofRecipes.hasPrefix("100 epochs, batch 3, ") && !ofRecipes.contains("loss"))
    }
}
