// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors

@preconcurrency import Glibc
import MCPKit
import NIOCore

/// A stdio server whose methods are the situations that the bridge has to cope with.
@main
struct EchoServer {
    private var held: JSONText?
    private var heldForClient: JSONText?
    /// The last notification.
    private var notification: JSONText?
    /// The methods of the requests that came, and whatever else came as it was.
    private var heard: [String] = []

    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if let status = arguments.first.flatMap({ Int32($0) }) { exit(status) }
        if arguments.contains("--stubborn") { signal(SIGTERM, SIG_IGN) }
        if let place = arguments.firstIndex(of: "--http"), let port = UInt16(arguments[place + 1]) {
            HTTPEcho(port: port).serve()
        }
        var server = EchoServer()
        var framer = LineFramer()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            guard count > 0 else { break }
            framer.append(ByteBuffer(bytes: chunk.prefix(count)))
            while let line = try? framer.next() {
                if let message = try? JSONRPCMessage(parsing: line) { server.receive(message) }
            }
        }
        while arguments.contains("--stubborn") { pause() }
    }

    private mutating func receive(_ message: JSONRPCMessage) {
        heard.append(message.kind == .request ? "\"\(message.method ?? "")\"" : spell(message.text))
        guard let id = message.id else {
            notification = message.text
            return
        }
        guard let method = message.method else {
            if let asker = heldForClient { answer(asker, spell(message.text)) }
            heldForClient = nil
            return
        }
        if CommandLine.arguments.contains("--deaf"), method != "initialize" { return }
        if method == "tools/list", CommandLine.arguments.contains("--marked") {
            if !CommandLine.arguments.contains("--secretive") { listMarkedTools(message, id) }
            return
        }
        if CommandLine.arguments.contains("--stateless") { return receiveStateless(message, id, method) }
        switch method {
        case "initialize" where CommandLine.arguments.contains("--news"):
            answer(
                id,
                #"{"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true},"logging":{},"#
                    + #""resources":{"subscribe":true}},"serverInfo":{"name":"e","version":"1"},"instructions":"i"}"#)
        case "update":
            answer(id, "{}")
            say(#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"file:///x"}}"#)
        case "log":
            say(#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}"#)
            answer(id, "{}")
        case "unknown": fail(id, -32601, "Method not found")
        case "fail": fail(id, message.text.member("params")?.member("code")?.integerValue ?? 0, "m")
        case "heard": answer(id, "[" + heard.joined(separator: ",") + "]")
        case "large":
            let size = message.text.member("params")?.member("size")?.integerValue ?? 0
            answer(id, #"{"text":"\#(String(repeating: "é", count: size / 2))"}"#)
        case "drip": drip(#"{"jsonrpc":"2.0","id":\#(spell(id)),"result":{"text":"é😀"}}"#)
        case "batch":
            let news = #"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#
            say(#"[\#(news),{"jsonrpc":"2.0","id":\#(spell(id)),"result":{}}]"#)
        case "stderr":
            Self.write("Error: all is well\n", to: STDERR_FILENO)
            answer(id, "{}")
        case "initialize" where CommandLine.arguments.contains("--any-version"):
            let version = message.text.range(at: "params", "protocolVersion").map(message.text.value).map(spell)
            answer(
                id,
                #"{"protocolVersion":\#(version ?? "\"2025-11-25\""),"capabilities":{},"#
                    + #""serverInfo":{"name":"e","version":"1"}}"#)
        case "initialize":
            let hasTools = ["--tools", "--marked"].contains(where: CommandLine.arguments.contains)
            let capabilities = hasTools ? #"{"tools":{}}"# : "{}"
            answer(
                id,
                #"{"protocolVersion":"2025-03-26","capabilities":\#(capabilities),"#
                    + #""serverInfo":{"name":"e","version":"1"}}"#)
        case "tools/call" where CommandLine.arguments.contains("--asks"):
            heldForClient = id
            let question =
                #"{"jsonrpc":"2.0","id":"question","method":"elicitation/create","params":{"message":"who?"}}"#
            say(question)
            if CommandLine.arguments.contains("--withdraws") {
                say(question.replacing(#""question""#, with: #""other""#))
                say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"question"}}"#)
            }
            if CommandLine.arguments.contains("--impatient") { answer(id, #"{"gave":"up"}"#) }
        case "tools/list" where CommandLine.arguments.contains("--tools"):
            answer(id, #"{"tools":[{"name":"echo","inputSchema":{"type":"object"}}]}"#)
        case "tools/call" where CommandLine.arguments.contains("--tools"):
            answer(id, #"{"content":[{"type":"text","text":"echo"}],"isError":false}"#)
        case "hold": held = id
        case "stream":
            held = id
            let token = message.progressToken.map(spell) ?? "null"
            say(
                #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":1}}"#
            )
        case "release":
            answer(id, "\"second\"")
            if let held { answer(held, "\"first\"") }
        case "progress":
            let token = message.progressToken.map(spell) ?? "null"
            for step in 1...3 {
                let parameters = #"{"progressToken":\#(token),"progress":\#(step)}"#
                say(#"{"jsonrpc":"2.0","method":"notifications/progress","params":\#(parameters)}"#)
            }
            answer(id, "{}")
        case "ask":
            heldForClient = id
            say(#"{"jsonrpc":"2.0","id":"question","method":"roots/list"}"#)
        case "changed":
            answer(id, "{}")
            say(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
        case "noise":
            say("this is no JSON\n{\"nor\": a message}\r\n")
            answer(id, "{}")
        case "huge": answer(id, "\"" + String(repeating: "x", count: 17 << 20) + "\"")
        case "notified": answer(id, notification.map(spell) ?? "null")
        case "exit": exit(3)
        case "descriptors":
            answer(
                id, "[" + (3..<256).filter { fcntl($0, F_GETFD) != -1 }.map(String.init).joined(separator: ",") + "]")
        case "group": answer(id, getpgrp() == getpid() ? "\"own\"" : "\"shared\"")
        case "grandchild":
            let path = message.text.member("params")?.member("fifo")?.stringValue ?? ""
            start(["/bin/sh", "-c", "exec 3>'\(path)'; exec sleep 100000"])
            answer(id, "{}")
        default: answer(id, message.text.member("params").map(spell) ?? "{}")
        }
    }

    /// Tools that want arguments repeated in the header, one on each of two pages.
    private func listMarkedTools(_ message: JSONRPCMessage, _ id: JSONText) {
        let marked =
            #"{"name":"query","inputSchema":{"type":"object","properties":{"region":{"type":"string","#
            + #""x-mcp-header":"Region"}}}}"#
        message.text.range(at: "params", "cursor") == nil
            ? answer(id, #"{"resultType":"complete","tools":[{"name":"plain"}],"nextCursor":"2"}"#)
            : answer(id, #"{"resultType":"complete","tools":[\#(marked)]}"#)
    }

    /// A server that only knows requests that stand for themselves (2026-07-28).
    private mutating func receiveStateless(_ message: JSONRPCMessage, _ id: JSONText, _ method: String) {
        guard message.text.range(at: "params", "_meta", MCPMeta.protocolVersion) != nil else {
            let code = CommandLine.arguments.compactMap { Int($0) }.first { $0 < 0 }
            return fail(id, code ?? -32022, "Unsupported protocol version")
        }
        switch method {
        case "server/discover":
            answer(
                id,
                #"{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}},"#
                    + #""ttlMs":0,"cacheScope":"private","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"2"}}}"#
            )
        case "subscriptions/listen":
            let meta = #""_meta":{"io.modelcontextprotocol/subscriptionId":\#(spell(id))}"#
            say(
                #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{\#(meta),"notifications":{}}}"#
            )
            say(#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{\#(meta)}}"#)
            if message.text.range(at: "params", "end") != nil {
                answer(id, #"{"resultType":"complete",\#(meta)}"#)
            }
            if message.text.range(at: "params", "cancel") != nil {
                say(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(spell(id))}}"#)
            }
        case "hold": held = id
        case "heard": answer(id, #"{"resultType":"complete","heard":[\#(heard.joined(separator: ","))]}"#)
        case "ask":
            say(#"{"jsonrpc":"2.0","id":"question","method":"roots/list"}"#)
            answer(id, #"{"resultType":"complete"}"#)
        default: answer(id, #"{"resultType":"complete","seen":\#(message.text.member("params").map(spell) ?? "null")}"#)
        }
    }

    private func fail(_ id: JSONText, _ code: Int, _ text: String) {
        say(#"{"jsonrpc":"2.0","id":\#(spell(id)),"error":{"code":\#(code),"message":"\#(text)"}}"#)
    }

    private func answer(_ id: JSONText, _ result: String) {
        say(#"{"jsonrpc":"2.0","id":\#(spell(id)),"result":\#(result)}"#)
    }

    private func say(_ line: String) { Self.write(line + "\n", to: STDOUT_FILENO) }

    /// Says a line byte by byte, ended as on other systems.
    private func drip(_ line: String) {
        for byte in Array((line + "\r\n").utf8) { Self.write([byte], to: STDOUT_FILENO) }
    }

    private static func write(_ text: String, to descriptor: CInt) { write(Array(text.utf8), to: descriptor) }

    private static func write(_ bytes: [UInt8], to descriptor: CInt) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { exit(1) }
            offset += count
        }
    }

    private func start(_ command: [String]) {
        var arguments = command.map { strdup($0) } + [nil]
        var pid: pid_t = 0
        posix_spawn(&pid, command[0], nil, nil, &arguments, environ)
        arguments.forEach { free($0) }
    }
}

private func spell(_ text: JSONText) -> String { String(buffer: text.bytes) }
