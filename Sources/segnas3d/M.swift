internal import Torch
@main struct M { static func main() throws { print(try Tensor([1,2] as [Float], shape: [2]) + 1.0) } }
