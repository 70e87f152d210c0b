import Foundation
import SegNASHost
import TestSupport
import Testing

@testable import SegNASExperiments

@Suite("Event files")
struct EventFileTests {
    @Test("the checksum is CRC-32C, masked")
    func checksum() {
        // The check value of CRC-32C (RFC 3720, B.4, and the catalogue of parametrised CRCs): e3069283.
        let crc: UInt32 = 0xE306_9283
        #expect(
            MaskedCRC.of(Array("123456789".utf8)) == (crc >> 15 | crc << 17) &+ 0xA282_EAD8)
        // Thirty-two zeros: 8a9136aa.
        let zeros: UInt32 = 0x8A91_36AA
        #expect(
            MaskedCRC.of([UInt8](repeating: 0, count: 32))
                == (zeros >> 15 | zeros << 17) &+ 0xA282_EAD8)
    }

    @Test("a record is the message that Google's encoder writes")
    func record() {
        // from tensorboard.compat.proto.event_pb2 import Event
        // e = Event(wall_time=1.5, step=300); v = e.summary.value.add(); v.tag = "loss"; v.simple_value = 0.25
        // e.SerializeToString().hex()
        let message: [UInt8] = [
            0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02, 0x2A, 0x0D, 0x0A, 0x0B, 0x0A,
            0x04, 0x6C, 0x6F, 0x73, 0x73, 0x15, 0, 0, 0x80, 0x3E,
        ]
        let record = EventRecord(step: 300, time: 1.5, scalars: [.init("loss", 0.25)])
        #expect(Array(record.bytes[12..<record.bytes.count - 4]) == message)
        #expect(record.bytes[..<8].elementsEqual([27, 0, 0, 0, 0, 0, 0, 0]))
        #expect(EventRecord.read(record.bytes) == EventRecord.Contents(bytes: 43, lastStep: 300))
    }

    @Test(
        "a file goes on where it ended, without what a killed process has left, and each step once")
    func resumed() throws {
        try withTemporaryFolder { folder in
            let place = folder.appending(path: "a/run").path
            var file = try EventFile(in: place, named: "one")
            for step in 1...3 {
                try file.append(
                    step: step, time: 1, [.init("dice/mean", 0.5), .init("loss", .nan)])
            }
            let path = place + "/events.out.tfevents.one.segnas3d"
            let whole = try Data(contentsOf: URL(filePath: path))
            for kept in [whole.count - 1, whole.count - 20, 3] {
                try (whole.prefix(kept) + Data([1, 2, 3])).write(to: URL(filePath: path))
                var again = try EventFile(in: place, named: "one")
                for step in 1...3 {
                    try again.append(step: step, time: 1, [.init("dice/mean", 0.5)])
                }
                let bytes = try Data(contentsOf: URL(filePath: path))
                #expect(bytes.count == whole.count)
                #expect(
                    EventRecord.read(Array(bytes))
                        == EventRecord.Contents(bytes: whole.count, lastStep: 3))
            }
            // Of another training in the same place.
            _ = try EventFile(in: place, named: "two")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: place)
                    == ["events.out.tfevents.two.segnas3d"])
        }
    }
}
