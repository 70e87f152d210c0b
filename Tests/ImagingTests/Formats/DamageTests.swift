import Foundation
import TestSupport
import Testing

@testable import SegNASImaging

@Suite("Damaged files")
final class DamageTests {
    private let file = FileManager.default.temporaryDirectory
        .appending(path: "segnas3d-\(UUID().uuidString).nii")

    deinit {
        try? FileManager.default.removeItem(at: file)
    }

    /// The result of reading bytes: the samples, or the fault.
    private func read(_ bytes: [UInt8]) throws -> Result<[UInt8], ImageFault> {
        try Data(bytes).write(to: file)
        do throws(ImageError) {
            return .success(try Volume(contentsOf: file.path).samples.array)
        } catch {
            return .failure(error.fault)
        }
    }

    private let whole = NIfTIBytes().bytes
    private var samples: [UInt8] { Array(whole[352...]) }

    @Test("No beginning of a file is taken for the whole")
    func truncation() throws {
        for bytes in [whole, NIfTIBytes(version: 2).bytes, try NIfTIBytes.gzip(whole)] {
            for count in 0..<bytes.count {
                let result = try read(Array(bytes.prefix(count)))
                #expect(throws: ImageFault.self, "\(count) of \(bytes.count)") { try result.get() }
            }
            #expect(try read(bytes) == .success(samples))
        }
    }

    @Test("A change of any bit of a gzip file is noticed, or has no effect")
    func bitFlips() throws {
        let bytes = try NIfTIBytes.gzip(whole)
        for bit in 0..<bytes.count * 8 {
            var spoilt = bytes
            spoilt[bit / 8] ^= 1 << UInt8(bit % 8)
            if case .success(let read) = try read(spoilt) {
                #expect(read == samples, "bit \(bit)")
            }
        }
    }

    @Test("What follows the samples is refused")
    func surplus() throws {
        #expect(try read(whole + [0]) == .failure(.surplus(expected: 400)))
        let compressed = try NIfTIBytes.gzip(whole + [0])
        #expect(try read(compressed) == .failure(.surplus(expected: 400)))
    }

    @Test("A gzip file may have several members, and zeros behind them")
    func members() throws {
        for cut in [0, 1, 200, 352, 353, 400] {
            let (head, tail) = (Array(whole[..<cut]), Array(whole[cut...]))
            let members = try NIfTIBytes.gzip(head) + NIfTIBytes.gzip(tail, level: 0)
            #expect(try read(members + [0, 0, 0]) == .success(samples), "cut at \(cut)")
            #expect(try read(members + [0, 7]) == .failure(.gzipSurplus))
            #expect(try read(members.dropLast()) == .failure(.gzipDamaged))
            #expect(try read(members + [0x1F, 0x8B]) == .failure(.gzipDamaged))
            #expect(
                try read(members + NIfTIBytes.gzip([1])) == .failure(.surplus(expected: 400)))
            if cut < 400 {
                // The end of a file, downloaded in parts, is missing where a member ends.
                let first = try read(NIfTIBytes.gzip(head))
                #expect(throws: ImageFault.self) { try first.get() }
            }
        }
    }

    @Test("Blocks that are only stored do not hide the header", arguments: [0, 1, 65_000, 200_000])
    func storedBlocks(comment: Int) throws {
        var file = NIfTIBytes()
        let offset = 352 + comment / 16 * 16
        file.put(Float(offset), at: 108)
        file.bytes.insert(
            contentsOf: [UInt8](repeating: 7, count: offset - 352), at: 352)
        for level in [0, 1, 12] as [Int32] {
            #expect(try read(NIfTIBytes.gzip(file.bytes, level: level)) == .success(samples))
        }
    }

    @Test("A small file cannot make a reader allocate much")
    func bomb() throws {
        // 20 kB that decompress to 20 MB of zeros, and a header that announces 2 × 3 × 4 voxels or 10¹².
        let zeros = [UInt8](repeating: 0, count: 20_000_000)
        #expect(try read(NIfTIBytes.gzip(whole + zeros)) == .failure(.surplus(expected: 400)))
        var file = NIfTIBytes()
        for axis in 1...3 { file.put(10_000 as Int16, at: 40 + 2 * axis) }
        guard
            case .failure(.truncated(let expected, let actual)) = try read(
                NIfTIBytes.gzip(file.bytes))
        else {
            Issue.record("read as a whole")
            return
        }
        #expect(expected == 352 + 2_000_000_000_000 && actual < 1_000_000)
    }

    @Test(
        "Other files are told apart",
        arguments: [
            ([], ImageFault.empty), ([UInt8](repeating: 0, count: 5000), .standIn(.zeros(1024))),
            (
                Array("Dear Sir or Madam".utf8),
                .standIn(.document(kind: "a text file", start: "Dear Sir or Madam"))
            ), ([3, 1, 4, 1, 5, 0, 200], .unknownFormat),
            (Array("BZh91AY&SY".utf8), .compressed(with: "bzip2")),
            ([0x28, 0xB5, 0x2F, 0xFD, 0], .compressed(with: "zstd")),
            ([0x1F, 0x8B], .gzipDamaged), ([0x5C, 1, 0, 0], .truncated(expected: 348, actual: 4)),
        ])
    func others(bytes: [UInt8], fault: ImageFault) throws {
        #expect(try read(bytes) == .failure(fault))
    }

    @Test("A file that was compressed twice is named as that")
    func compressedTwice() throws {
        let once = try NIfTIBytes.gzip(NIfTIBytes().bytes)
        #expect(
            try read(NIfTIBytes.gzip(once)) == .failure(.compressed(with: "gzip twice")))
    }

    @Test("What is not a file is reported")
    func notFiles() throws {
        try withTemporaryFolder { folder in
            let missing = folder.appending(path: "a.nii").path
            #expect(throws: ImageError(file: missing, fault: .system("No such file or directory")))
            {
                try Volume(contentsOf: missing)
            }
            #expect(throws: ImageError.self) { try Volume(contentsOf: "/dev/zero") }
            #expect(throws: ImageError.self) { try Volume(contentsOf: "") }
            let pipe = folder.appending(path: "pipe.nii").path
            #expect(mkfifo(pipe, 0o600) == 0)
            #expect(throws: ImageError.self) { try Volume(contentsOf: pipe) }
        }
    }
}
