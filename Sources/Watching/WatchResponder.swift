internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SegNASReport

/// Answers requests for the page: only those of its user, from this machine, and for nothing else.
struct WatchResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let board: WatchBoard
    let token: WatchToken
    /// The cookie that holds the token: cookies are shared by all ports of a machine.
    let cookie: String

    func respond(to request: Request, context: Context) async throws -> Response {
        var response = await answer(request)
        for (name, value) in Self.headers { response.headers[name] = value }
        return response
    }

    private func answer(_ request: Request) async -> Response {
        if let refusal = RequestOrigin(request).refusal {
            return Self.text(refusal.status, refusal.words)
        }
        guard request.method == .get || request.method == .head else {
            var response = Self.text(
                .methodNotAllowed, "Only GET and HEAD: nothing here can be changed.")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        let query = request.uri.queryParameters
        let isLink = query["token"].map { token.matches($0) } ?? false
        guard isLink || cookies(request).contains(where: { token.matches($0) }) else {
            return Self.text(
                .forbidden, "Open the link that segnas3d watch prints: it holds a token.")
        }
        let isHead = request.method == .head
        switch request.uri.path {
        case "/":
            var response = await page()
            if isLink {
                response.headers[.setCookie] =
                    "\(cookie)=\(token.text); HttpOnly; SameSite=Strict; Path=/"
            }
            return isHead ? response.createHeadResponse() : response
        case "/events":
            let last = request.headers[Self.lastEvent] ?? query["since"].map(String.init) ?? ""
            return await events(after: last, isHead: isHead)
        default: return Self.text(.notFound, "There is nothing of this name here.")
        }
    }

    private func page() async -> Response {
        do {
            let html = try await board.html()
            return Response(
                status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
        } catch {
            return Self.text(.internalServerError, "\(error)")
        }
    }

    /// A stream of server-sent events, until the page is closed.
    private func events(after position: String, isHead: Bool) async -> Response {
        let headers: HTTPFields = [.contentType: "text/event-stream"]
        if isHead { return Response(status: .ok, headers: headers) }
        guard let (client, changes) = await board.join() else {
            return Self.text(.serviceUnavailable, "Too many pages are open.")
        }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { [board] writer in
                do {
                    try await writer.write(ByteBuffer(string: "retry: 1000\n\n"))
                    var position = position
                    for await _ in changes {
                        let event = await board.event(after: position)
                        try await writer.write(ByteBuffer(string: event.text))
                        position = event.position
                    }
                    try await writer.finish(nil)
                } catch {
                    await board.leave(client)
                    throw error
                }
                await board.leave(client)
            })
    }

    /// The values of this server's cookie.
    private func cookies(_ request: Request) -> [Substring] {
        request.headers[values: .cookie].flatMap { $0.split(separator: ";") }.compactMap { pair in
            let pair = pair.drop { $0 == " " }
            return pair.hasPrefix(cookie + "=") ? pair.dropFirst(cookie.count + 1) : nil
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ words: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: words + "\n")))
    }

    // MARK: - Headers

    /// Those of every answer: nothing is kept, framed, or read by other sites.
    private static let headers: [(HTTPField.Name, String)] = [
        (.contentSecurityPolicy, LivePosition.policy), (.cacheControl, "no-store"),
        (.xContentTypeOptions, "nosniff"), (field("X-Frame-Options"), "DENY"),
        (field("Referrer-Policy"), "no-referrer"),
        (field("Cross-Origin-Resource-Policy"), "same-origin"),
        (field("Cross-Origin-Opener-Policy"), "same-origin"),
    ]

    private static let lastEvent = field("Last-Event-ID")

    fileprivate static func field(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no name") }
        return field
    }
}

/// Where a request comes from, as its headers say.
///
/// A page of another site can have a name of its own point to this machine, so that the browser takes this server for
/// its own: then the host is that name.
private struct RequestOrigin {
    private let host: String
    private let origin: String?
    private let site: String?
    private let mode: String?

    init(_ request: Request) {
        host = request.head.authority ?? request.headers[WatchResponder.field("Host")] ?? ""
        origin = request.headers[.origin]
        site = request.headers[WatchResponder.field("Sec-Fetch-Site")]
        mode = request.headers[WatchResponder.field("Sec-Fetch-Mode")]
    }

    var refusal: (status: HTTPResponse.Status, words: String)? {
        // At another end of an ssh tunnel the port may be another one.
        let name = host.last == "]" ? host : String(host.prefix { $0 != ":" })
        let isLocal =
            ["127.0.0.1", "localhost", "[::1]"].contains(name)
            || host.hasPrefix("[::1]:")
        guard isLocal else {
            return (.misdirectedRequest, "This page is that of 127.0.0.1 alone.")
        }
        if let origin, origin != "http://\(host)" {
            return (.forbidden, "This page answers no other page.")
        }
        let isForeign = site.map { $0 != "same-origin" && $0 != "none" } ?? false
        guard !isForeign || mode == "navigate" else {
            return (.forbidden, "This page answers no other page.")
        }
        return nil
    }
}
