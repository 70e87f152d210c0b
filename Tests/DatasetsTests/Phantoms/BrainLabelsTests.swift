import Testing

@testable import SegNASDatasets

@Suite("Labels of brain phantoms")
struct BrainLabelsTests {
    @Test("all 19 have the names and numbers that datasets of the 19 structures use")
    func all() {
        let labels = BrainLabels(structures: 19).table.foreground
        #expect(
            labels.map(\.name) == [
                "cerebral_grey", "third_ventricle", "fourth_ventricle", "brainstem", "vermis_I_V",
                "vermis_VI_VII", "vermis_VIII_X", "accumbens", "amygdala", "caudate",
                "cerebellar_grey", "cerebellar_white", "cerebral_white", "hippocampus",
                "inferior_lateral_ventricle", "lateral_ventricle", "pallidum", "putamen",
                "thalamus",
            ])
        #expect(labels.map(\.value) == Array(1...19))
    }

    @Test("fewer structures leave the rest to the brain, without gaps", arguments: 1...18)
    func fewer(count: Int) {
        let labels = BrainLabels(structures: count)
        #expect(labels.table.foreground.map(\.value) == Array(1...count))
        #expect(labels.table.foreground[0].name == "brain")
        #expect(Set(labels.table.foreground.map(\.name)).count == count)
        for tissue in Tissue.allCases {
            let isBrain = Tissue.structures.contains(tissue)
            #expect((labels.values[Int(tissue.rawValue)] > 0) == isBrain)
        }
    }

    @Test("with one structure the whole brain is labelled, where all structures are with 19")
    func whole() {
        let one = Phantom(size: [32, 32, 32], seed: 1, source: .brain(structures: 1)).makeCase(0)
        let all = Phantom(size: [32, 32, 32], seed: 1).makeCase(0)
        #expect(bytes(one.labels) == bytes(all.labels).map { min($0, 1) })
        #expect(bytes(one.image) == bytes(all.image))
    }

    @Test("the second structure is cerebral white matter")
    func second() {
        let names = BrainLabels(structures: 2).table.foreground.map(\.name)
        #expect(names == ["brain", "cerebral_white"])
    }
}
