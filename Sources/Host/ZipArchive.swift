internal import CDeflate
import Glibc

/// A zip archive whose files are stored as they are, with their CRC-32.
///
/// Format: PKWARE's APPNOTE 6.3.10, without its 64-bit sizes: at most 4 GiB. Weights hardly compress, and what is
/// stored can be read by any program.
package enum ZipArchive {
    /// A file in an archive.
    package struct Entry: Hashable, Sendable {
        /// The path in the archive, with slashes between folders.
        package var name: String
        package var bytes: Int
        package var crc: UInt32
        /// Where its local header begins.
        fileprivate var offset: Int
    }

    fileprivate static let localSignature: UInt32 = 0x0403_4B50
    fileprivate static let centralSignature: UInt32 = 0x0201_4B50
    fileprivate static let endSignature: UInt32 = 0x0605_4B50
    /// The largest archive that 32 bits describe.
    package static let limit = Int(UInt32.max) - 1

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        libdeflate_crc32(0, bytes.baseAddress, bytes.count)
    }

    /// True if a file begins as zip archives do.
    package static func isArchive(_ path: String) -> Bool {
        guard let file = fopen(path, "r") else { return false }
        defer { fclose(file) }
        var signature = [UInt8](repeating: 0, count: 4)
        return fread(&signature, 1, 4, file) == 4 && signature == [0x50, 0x4B, 3, 4]
    }
}

/// A zip archive that cannot be read.
package enum ZipFault: Error, Hashable {
    case system(SystemFailure)
    /// It is cut off, compressed, or no archive.
    case syntax
    /// A file in it has another checksum than was written.
    case checksum(String)
}

// MARK: - Writing

extension ZipArchive {
    /// Writes an archive, which appears whole or not at all, and never in place of another file.
    ///
    /// - Parameters:
    ///   - files: The name of each file in the archive, and its contents.
    ///   - path: The file to write.
    /// - Returns: The bytes of the archive.
    /// - Throws: `NewFileError`
    package static func write(
        _ files: [(name: String, contents: UnsafeRawBufferPointer)], to path: String
    ) throws(NewFileError) -> Int {
        do throws(SystemFailure) {
            let archive = try AtomicFile(path: path)
            var entries: [Entry] = []
            var offset = 0
            for (name, contents) in files {
                let entry = Entry(
                    name: name, bytes: contents.count, crc: checksum(contents), offset: offset)
                let header = entry.localHeader
                try archive.append(header)
                try archive.append(contents)
                entries.append(entry)
                offset += header.count + contents.count
            }
            let directory = entries.flatMap(\.centralHeader)
            guard offset + directory.count < limit else { throw SystemFailure(code: EFBIG) }
            try archive.append(directory + end(entries.count, directory.count, at: offset))
            try archive.publish(replacing: false)
            return offset + directory.count + 22
        } catch {
            throw error.code == EEXIST ? .exists(path) : .unwritable(path, reason: "\(error)")
        }
    }

    private static func end(_ count: Int, _ size: Int, at offset: Int) -> [UInt8] {
        var end = LittleEndian()
        end.add(endSignature)
        end.add(UInt32(0))
        end.add(UInt16(count))
        end.add(UInt16(count))
        end.add(UInt32(size))
        end.add(UInt32(offset))
        end.add(UInt16(0))
        return end.bytes
    }
}

extension ZipArchive.Entry {
    /// What local and central headers have in common: stored, names in UTF-8, the earliest date.
    private func addFacts(to header: inout LittleEndian) {
        header.add(UInt16(20))
        header.add(UInt16(0x0800))
        header.add(UInt16(0))
        header.add(UInt16(0))
        header.add(UInt16(0x0021))
        header.add(crc)
        header.add(UInt32(truncatingIfNeeded: bytes))
        header.add(UInt32(truncatingIfNeeded: bytes))
        header.add(UInt16(name.utf8.count))
        header.add(UInt16(0))
    }

    fileprivate var localHeader: [UInt8] {
        var header = LittleEndian()
        header.add(ZipArchive.localSignature)
        addFacts(to: &header)
        return header.bytes + Array(name.utf8)
    }

    fileprivate var centralHeader: [UInt8] {
        var header = LittleEndian()
        header.add(ZipArchive.centralSignature)
        header.add(UInt16(3 << 8 | 20))
        addFacts(to: &header)
        header.add(UInt16(0))
        header.add(UInt16(0))
        header.add(UInt16(0))
        header.add(UInt32(0o100644 << 16))
        header.add(UInt32(truncatingIfNeeded: offset))
        return header.bytes + Array(name.utf8)
    }
}

private struct LittleEndian {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

// MARK: - Reading

extension ZipArchive {
    /// Writes the files of an archive into a folder, and checks each one's CRC-32.
    ///
    /// - Parameters:
    ///   - path: The archive.
    ///   - folder: A folder that exists.
    /// - Throws: ``ZipFault``; names that lead out of the folder are refused as `syntax`.
    package static func unpack(_ path: String, into folder: String) throws(ZipFault) {
        do {
            let file = try MappedFile(path: path)
            let bytes = UnsafeRawBufferPointer(file.bytes)
            for entry in try entries(of: bytes) {
                let contents = try contents(of: entry, in: bytes)
                guard checksum(contents) == entry.crc else { throw ZipFault.checksum(entry.name) }
                let target = "\(folder)/\(entry.name)"
                try FileSystem.makeFolder(PathParts(target).folder)
                let written = try AtomicFile(path: target)
                try written.append(contents)
                try written.publish()
            }
        } catch let fault as ZipFault {
            throw fault
        } catch let failure as SystemFailure {
            throw .system(failure)
        } catch {
            throw .syntax
        }
    }

    private static func entries(of bytes: UnsafeRawBufferPointer) throws(ZipFault) -> [Entry] {
        // The end may be followed by a comment of up to 65,535 bytes.
        let last = bytes.count - 22
        let first = max(0, last - Int(UInt16.max))
        guard last >= 0,
            let end = (first...last).last(where: { number($0, UInt32.self, bytes) == endSignature })
        else { throw .syntax }
        let count = Int(number(end + 10, UInt16.self, bytes))
        var place = Int(number(end + 16, UInt32.self, bytes))
        var entries: [Entry] = []
        for _ in 0..<count {
            guard place + 46 <= bytes.count,
                number(place, UInt32.self, bytes) == centralSignature,
                number(place + 10, UInt16.self, bytes) == 0
            else { throw .syntax }
            let lengths = [28, 30, 32].map { Int(number(place + $0, UInt16.self, bytes)) }
            guard place + 46 + lengths.reduce(0, +) <= bytes.count else { throw .syntax }
            let text = bytes[place + 46..<place + 46 + lengths[0]]
            let name = String(decoding: text, as: UTF8.self)
            place += 46 + lengths.reduce(0, +)
            if name.hasSuffix("/") { continue }
            guard isInside(name) else { throw .syntax }
            let header = place - 46 - lengths.reduce(0, +)
            entries.append(
                Entry(
                    name: name, bytes: Int(number(header + 24, UInt32.self, bytes)),
                    crc: number(header + 16, UInt32.self, bytes),
                    offset: Int(number(header + 42, UInt32.self, bytes))))
        }
        return entries
    }

    private static func isInside(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." } && !name.contains("\0")
    }

    private static func contents(
        of entry: Entry, in bytes: UnsafeRawBufferPointer
    ) throws(ZipFault) -> UnsafeRawBufferPointer {
        guard entry.offset + 30 <= bytes.count,
            number(entry.offset, UInt32.self, bytes) == localSignature
        else { throw .syntax }
        let start =
            entry.offset + 30 + Int(number(entry.offset + 26, UInt16.self, bytes))
            + Int(number(entry.offset + 28, UInt16.self, bytes))
        guard start + entry.bytes <= bytes.count else { throw .syntax }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<start + entry.bytes])
    }

    private static func number<Number: FixedWidthInteger>(
        _ offset: Int, _ type: Number.Type, _ bytes: UnsafeRawBufferPointer
    ) -> Number {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }
}
