#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension Double {
    /// A draw from the normal distribution of mean 0 and standard deviation 1.
    ///
    /// Box & Muller 1958, "A note on the generation of random normal deviates", doi:10.1214/aoms/1177706645.
    public static func normal(using generator: inout some RandomNumberGenerator) -> Double {
        // One minus a number below 1, so that the logarithm is finite.
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
        return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
    }
}
