/** What Jaeger and the SDKs write where the service has no name: it names nobody. */
export function isPlaceholder(service: string): boolean {
  return (
    service === "" ||
    /^(unknown_service|missing-service-name|empty-service-name|service-name-wrong-type|OTLPResourceNoServiceName)/.test(service)
  );
}
