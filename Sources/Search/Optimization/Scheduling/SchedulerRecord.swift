/// The record of a search: its orders and its reports, each in their order.
public struct SchedulerRecord: Sendable {
    /// The orders, and for each the number of reports that had been taken before it.
    public var orders: [(order: Order, reportsSeen: Int)]
    public var reports: [Report]

    public init(orders: [(order: Order, reportsSeen: Int)] = [], reports: [Report] = []) {
        self.orders = orders
        self.reports = reports
    }
}

extension Scheduler {
    /// Brings a fresh scheduler to the state in which a record ends.
    ///
    /// Every order is made again or examined, so that a record that does not belong to the scheduler is found.
    public mutating func replay(_ record: SchedulerRecord) throws(ReplayMismatch) {
        precondition(orderCount == 0, "a record is replayed on a fresh scheduler")
        var orders = record.orders[...]
        var inFlight: Set<Int> = []
        for reported in 0...record.reports.count {
            while let (order, seen) = orders.first, seen <= reported {
                try absorb(order)
                inFlight.insert(order.number)
                orders.removeFirst()
            }
            guard reported < record.reports.count else { break }
            let report = record.reports[reported]
            guard inFlight.remove(report.number) != nil else {
                throw ReplayMismatch(number: report.number)
            }
            self.report(report)
        }
        if let (order, _) = orders.first { throw ReplayMismatch(number: order.number) }
    }
}
