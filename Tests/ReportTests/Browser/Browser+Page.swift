import Foundation
import Testing

/// What users do with a page, and what they see of it.
extension Browser {
    /// The value of an expression in the page.
    @discardableResult
    func value(_ expression: String) throws -> Any? {
        let answer = try call(
            "Runtime.evaluate",
            ["expression": expression, "awaitPromise": true, "returnByValue": true])
        if let fault = answer["exceptionDetails"] {
            throw Failure(description: "\(expression): \(fault)")
        }
        return (answer["result"] as? [String: Any])?["value"]
    }

    func text(_ selector: String) throws -> String {
        try value("document.querySelector(`\(selector)`).textContent") as? String ?? ""
    }

    func number(_ expression: String) throws -> Int? {
        try value(expression) as? Int
    }

    /// Waits until an expression holds, for ten seconds by default: charts are drawn and pictures unpacked in turns.
    func expect(
        _ expression: String, seconds: Double = 10,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let end = Date.now + seconds
        while true {
            // A page that is just being made anew has no answer.
            if (try? value("Boolean(\(expression))")) as? Bool == true { return }
            guard Date.now < end else { break }
            usleep(20_000)
        }
        let page = try? value(
            "[document.readyState, location.href, performance.now(), document.body?.innerText.slice(0, 400)].join()"
        )
        Issue.record(
            "never came true: \(expression), on a page of \(page ?? "nothing"); errors: \(takeErrors())",
            sourceLocation: sourceLocation)
    }

    /// Clicks on an element until an expression holds: what the page draws meanwhile may move it away.
    func click(
        _ selector: String, until expression: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for _ in 0..<3 {
            try click(selector)
            let end = Date.now + 2
            while Date.now < end {
                if (try? value("Boolean(\(expression))")) as? Bool == true { return }
                usleep(20_000)
            }
            // A trial beside it may have been opened.
            try value("document.querySelector('dialog[open]')?.close(); 0")
        }
        try expect(expression, seconds: 0, sourceLocation: sourceLocation)
    }

    /// Clicks into the middle of an element that is in view, or is brought there; or so far to the side of it.
    func click(_ selector: String, right: Double = 0, down: Double = 0) throws {
        // A page that still scrolls, or lays itself out, would move it away.
        let place = try value(
            """
            (async () => {
                document.documentElement.style.scrollBehavior = "auto";
                let [before, same] = ["", 0];
                for (let tries = 0; tries < 100; tries += 1) {
                    const element = document.querySelector(`\(selector)`);
                    element.scrollIntoView({block: "center"});
                    const box = element.getBoundingClientRect();
                    const place = [box.x + box.width / 2, box.y + box.height / 2];
                    same = place.join() === before ? same + 1 : 0;
                    if (same === 2) return place;
                    before = place.join();
                    await new Promise(resolve => setTimeout(resolve, 100));
                }
            })()
            """)
        let point = try #require(place as? [Double])
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            try call(
                "Input.dispatchMouseEvent",
                [
                    "type": kind, "x": point[0] + right, "y": point[1] + down,
                    "button": kind == "mouseMoved" ? "none" : "left",
                    "buttons": kind == "mousePressed" ? 1 : 0,
                    "clickCount": kind == "mouseMoved" ? 0 : 1,
                ])
        }
    }

    /// Presses a key that writes no text, by its name and its number on Windows.
    func press(_ key: String, _ code: Int, in selector: String) throws {
        // A page that scrolls on would move what is clicked next.
        try value("document.querySelector(`\(selector)`).focus({preventScroll: true})")
        for kind in ["rawKeyDown", "keyUp"] {
            try call(
                "Input.dispatchKeyEvent",
                ["type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code])
        }
    }
}
