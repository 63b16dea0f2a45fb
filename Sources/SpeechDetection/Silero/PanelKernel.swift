#if arch(x86_64)
    import CSileroKernels
#endif

/// A way to add the product of a matrix and some vectors to sums.
///
/// All give the same sums but for rounding: some round once where others round twice (fused multiply-add), and some add
/// even and odd rows apart.
enum PanelKernel: String, CaseIterable, Sendable {
    /// One number at a time: what the others are measured against.
    case scalar
    /// Vectors as wide as every processor of the architecture has.
    case simd
    #if arch(x86_64)
        /// 256 bits and fused multiply-add.
        case avx2
    #endif

    /// The fastest on this processor.
    static let best = allCases.last(where: \.isAvailable) ?? .scalar

    /// Whether this processor has what it takes.
    var isAvailable: Bool {
        switch self {
        case .scalar, .simd: true
        #if arch(x86_64)
            case .avx2: steno_silero_has_avx2()
        #endif
        }
    }

    /// Adds each input's product to its sums.
    func add(_ product: PanelProduct) {
        switch self {
        case .scalar: product.addScalar()
        case .simd: product.addVectors()
        #if arch(x86_64)
            case .avx2:
                steno_silero_add_product_avx2(
                    product.panels,
                    product.panelRows,
                    product.panelCount,
                    product.rows,
                    product.input,
                    product.inputStride,
                    product.output,
                    product.outputStride,
                    product.columns
                )
        #endif
        }
    }
}
