// What to change where a request is refused because of its trace fields: entries of the table in `fixes.ts`.

export const REFUSAL_ADVICE = {
  "header-too-large": {
    any: [
      "Send less: baggage and tracestate go to every service of the trace. Or raise the receiver's limit on the request head:",
      "nginx large_client_header_buffers, Envoy max_request_headers_kb, HAProxy tune.bufsize, Tomcat maxHttpRequestHeaderSize.",
    ],
    nginx: ["Send less baggage, or raise the limit:", "    large_client_header_buffers 4 32k;"],
    envoy: ["Send less baggage, or raise the limit of the HttpConnectionManager (default 60):", "    max_request_headers_kb: 96"],
    haproxy: ["Send less baggage, or raise the limit, which holds the whole request head:", "    tune.bufsize 32768"],
    go: ["Send less baggage, or raise the limit of the server (default 1 MiB):", "    srv := &http.Server{MaxHeaderBytes: 2 << 20}"],
    java: ["Send less baggage, or raise the limit; Spring Boot (default 8KB):", "    server.max-http-request-header-size=32KB"],
    nodejs: ["Send less baggage, or raise the limit (default 16 KiB):", "    node --max-http-header-size=32768 app.js"],
  },
  "cors-preflight": {
    any: [
      "Allow the trace fields where the preflight is answered, beside those that are allowed already:",
      "    Access-Control-Allow-Headers: content-type, traceparent, tracestate, baggage",
      "Or let the browser's SDK send them to its own origin only (propagateTraceHeaderCorsUrls of its fetch and XHR instrumentation).",
    ],
  },
} as const;
