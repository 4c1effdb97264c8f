/** Where Jaeger answers gRPC queries; 16686 is its UI. */
export const JAEGER_QUERY_PORT = 16_685;
