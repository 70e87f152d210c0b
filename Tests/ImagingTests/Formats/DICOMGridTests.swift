import Testing

@testable import SegNASImaging

@Suite("Places of DICOM slices")
struct DICOMGridTests: DICOMReading {
    /// Slices at these heights in mm.
    private func slices(at heights: [Double]) -> [DICOMBytes] {
        slices(heights.count) { slice, index in slice.position[2] = heights[index] }
    }

    @Test(
        "Positions that are rounded to 0.1 mm make the even grid that they come from",
        arguments: [(0.625, 12), (0.625, 200), (0.75, 40), (1.25, 3), (1.0 / 3, 30), (2.5, 60)])
    func rounded(step: Double, count: Int) throws {
        let heights = (0..<count).map { (Double($0) * step * 10).rounded() / 10 }
        let image = try image(slices(at: heights)).get()
        #expect(image.volume.shape == [3, 2, count])
        // Rounding moves the ends by 0.05 mm each.
        #expect(abs(image.volume.affine.spacing.z - step) <= 0.11 / Double(count - 1))
        #expect(image.volume.affine.origin.z == 0)
    }

    @Test("The remark on rounded places says how far off they are")
    func remark() throws {
        let exact = try image(slices(at: [0, 2, 4, 6])).get()
        #expect(exact.remarks.isEmpty)
        let image = try image(slices(at: [0, 2.1, 3.9, 6])).get()
        // Slope (−1.5·0 − 0.5·2.1 + 0.5·3.9 + 1.5·6) / 5 = 1.98; mean 3;
        // the largest rest is 2.1 − (3 − 0.99) = 0.09.
        guard case .dicom(.uneven(let distance, let step))? = image.remarks.first else {
            Issue.record("\(image.remarks)")
            return
        }
        #expect(abs(distance - 0.09) < 1e-9 && abs(step - 1.98) < 1e-9)
        #expect(
            image.remarks[0].message == "slices lie up to 0.09 mm from an even grid of 1.98 mm")
    }

    @Test(
        "Missing slices are counted, and uneven ones reported with their distances",
        arguments: [
            ([0, 2, 4, 8, 10, 12], 4.0, 2.0, 1), ([0, 2, 4, 6, 12], 6, 2, 2),
            ([0, 0.2, 0.6, 0.8], 0.4, 0.2, 1), ([0, 1, 2, 4, 5, 6], 2, 1, 1), ([0, 1, 3], 1, 2, 0),
            ([0, 5, 10, 15, 17.5, 20], 2.5, 5, 0), ([0, 2, 4, 6.6, 8, 10], 2.6, 2, 0),
        ] as [([Double], Double, Double, Int)])
    func uneven(heights: [Double], distance: Double, usual: Double, missing: Int) throws {
        guard
            case .dicom(.distance(let found, let usualFound, let missingFound))? = fault(
                try read(slices(at: heights)))
        else {
            Issue.record("taken for a regular grid")
            return
        }
        #expect(abs(found - distance) < 1e-9 && abs(usualFound - usual) < 1e-9)
        #expect(missingFound == missing)
    }

    @Test("A long series without one of its slices is refused wherever the gap is")
    func gaps() throws {
        for missing in [1, 2, 30, 58] {
            var heights = (0..<60).map { Double($0) * 0.6 }
            heights.remove(at: missing)
            let result = try read(slices(at: heights))
            guard case .dicom(.distance(_, _, 1))? = fault(result) else {
                Issue.record("slice \(missing) is not missed")
                continue
            }
        }
    }

    @Test("Slices that do not lie straight above each other are refused, by half a pixel")
    func tilted() throws {
        let tilted = slices { slice, index in slice.position[1] += Double(index) }
        #expect(fault(try read(tilted)) == .dicom(.tilted(aside: 1)))
        // A quarter of a pixel of 0.25 mm at the end is the rounding of directions.
        let rounded = slices { slice, index in slice.position[1] += Double(index) * 0.02 }
        #expect(try read(rounded).get().shape == [3, 2, 4])
        // One degree over a long series is not.
        let long = slices(60) { slice, index in slice.position[1] += Double(index) * 0.035 }
        #expect(fault(try read(long)) != nil)
    }

    @Test("One slice has the thickness that it says")
    func single() throws {
        let image = try image(slices(1)).get()
        #expect(image.volume.affine.spacing == [0.25, 0.5, 2])
        #expect(image.remarks == [.dicom(.singleSlice(2, "Slice Thickness"))])
        let spaced = slices(1) { slice, _ in
            slice.without = [.thickness]
            slice.texts[.sliceDistance] = "3.5"
        }
        #expect(try read(spaced).get().affine.spacing == [0.25, 0.5, 3.5])
        let flat = slices(1) { slice, _ in slice.without = [.thickness] }
        #expect(fault(try read(flat)) == .dicom(.missing("Slice Thickness")))
    }

    @Test("The same pixels at the same place count once")
    func copies() throws {
        let files = slices()
        let image = try image(named(files) + [("z.dcm", files[1].file)]).get()
        #expect(image.volume.samples.doubles == (try read(files).get().samples.doubles))
        #expect(image.remarks == [.dicom(.copies(1, "z.dcm"))])
        let twice = try self.image(named(files, "a") + named(files, "b")).get()
        #expect(twice.volume.shape == [3, 2, 4])
    }

    @Test(
        "Several volumes in a series are reported with what tells them apart",
        arguments: [
            DICOMTag.acquisition, .echo, .time, .diffusion, .triggerTime, .imageType,
        ])
    func volumes(tag: DICOMTag) throws {
        let files = slices(8) { slice, index in
            slice.position[2] = 2 * Double(index % 4)
            slice.texts[tag] = "\(index / 4)"
        }
        #expect(fault(try read(files)) == .dicom(.severalVolumes(2, by: tag.description)))
        let unmarked = slices(8) { slice, index in slice.position[2] = 2 * Double(index % 4) }
        #expect(fault(try read(unmarked)) == .dicom(.severalVolumes(2, by: nil)))
    }
}
