import SegNASDatasets
import SegNASSegmentation
import SegNASTorch
import Testing

@Suite("Recipes")
struct RecipeTests {
    @Test("have no faults", arguments: Recipe.allCases)
    func sound(_ recipe: Recipe) {
        #expect(recipe.options.faults.isEmpty)
        #expect(Recipe(rawValue: "\(recipe)") == recipe)
    }

    @Test("the paper's are the options without a recipe")
    func paper() {
        #expect(Recipe.paper.options == TrainingOptions())
        var options = Recipe.nnunet.options
        Recipe.paper.apply(to: &options, fit: .resize)
        #expect(options == TrainingOptions())
        #expect(Recipe.standing(for: .resize) == .paper && Recipe.standing(for: .pad) == .paper)
        #expect(Recipe.standing(for: .patch) == .standard)
    }

    // As nnunetv2 2.8.1 has them: nnUNetTrainer.__init__, configure_optimizers, get_training_transforms.
    @Test("nnU-Net's equal its trainer's")
    func nnunet() throws {
        let options = Recipe.nnunet.options
        #expect(options.epochs == 1000 && options.stepsPerEpoch == 250)
        #expect(options.optimizer == .sgd && options.momentum == 0.99)
        #expect(options.learningRate == 0.01 && options.weightDecay == 3e-5)
        #expect(options.gradientClipping == 12 && options.schedule == .polynomial)
        let images = try #require(options.augmentation)
        #expect(images.movement == nil && images.elastic == nil)
        #expect(images.rotation == .init(probability: 0.2, angle: 30))
        #expect(images.scaling == .init(probability: 0.2, factor: 0.7...1.4))
        #expect(images.mirroring == .init(probabilities: [0.5, 0.5, 0.5]))
        #expect(images.noise?.probability == 0.1 && images.blur?.probability == 0.2)
        #expect(images.brightness?.probability == 0.15 && images.contrast?.probability == 0.15)
        #expect(images.lowResolution?.probability == 0.25)
        #expect(images.invertedGamma?.probability == 0.1 && images.gamma?.probability == 0.3)
    }

    @Test("keep what is not theirs", arguments: Recipe.allCases)
    func kept(_ recipe: Recipe) {
        var options = TrainingOptions()
        (options.seed, options.precision, options.validationGrid) = (7, .float32, .original)
        options.batchSize = 5
        recipe.apply(to: &options, fit: .patch)
        #expect(options.seed == 7 && options.precision == .float32)
        #expect(options.validationGrid == .original)
        #expect(options.batchSize == recipe.batchSize ?? 5)
        #expect((options.augmentation?.placement != nil) == (recipe == .standard))
        recipe.apply(to: &options, fit: .resize)
        #expect(options.stepsPerEpoch == nil && options.augmentation?.placement == nil)
    }
}
