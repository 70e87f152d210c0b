/// The secure hash of FIPS 180-4, for files that say whether they are whole.
enum SHA256 {
    /// 64 hexadecimal digits.
    static func hexadecimal(_ message: [UInt8]) -> String {
        var state = initial
        var padded = message
        padded.append(0x80)
        padded += Array(repeating: 0, count: (64 + 56 - padded.count % 64) % 64)
        let bits = UInt64(message.count) * 8
        padded += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
        for start in stride(from: 0, to: padded.count, by: 64) {
            compress(padded[start..<start + 64], into: &state)
        }
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private static func compress(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
        var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { index in
            block[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for t in 16..<64 {
            let (w15, w2) = (words[t - 15], words[t - 2])
            let s0 = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >> 3)
            let s1 = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >> 10)
            words.append(words[t - 16] &+ s0 &+ words[t - 7] &+ s1)
        }
        var v = state
        for t in 0..<64 {
            let s1 = rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25)
            let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
            let first = v[7] &+ s1 &+ choice &+ constants[t] &+ words[t]
            let s0 = rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22)
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
            v = [first &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ first, v[4], v[5], v[6]]
        }
        for index in state.indices { state[index] &+= v[index] }
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static let primes: [UInt64] = (2...311).filter { number in
        !(2..<number).contains { number % $0 == 0 }
    }

    /// The first 32 bits behind the point of the square roots of the first 8 primes.
    private static let initial = primes.prefix(8).map { prime in
        // floor(√p · 2³²), of which the low word is kept.
        let square = UInt128(prime) << 64
        return UInt32(truncatingIfNeeded: root(square) { $0 * $0 })
    }

    /// The same of the cube roots of the first 64 primes.
    private static let constants = primes.prefix(64).map { prime in
        UInt32(truncatingIfNeeded: root(UInt128(prime) << 96) { $0 * $0 * $0 })
    }

    /// The largest number whose power is not larger than a value.
    private static func root(_ value: UInt128, _ power: (UInt128) -> UInt128) -> UInt128 {
        var (low, high) = (UInt128(0), UInt128(1) << 37)
        while high - low > 1 {
            let middle = (low + high) / 2
            if power(middle) <= value { low = middle } else { high = middle }
        }
        return low
    }
}
