import { describe, expect, it } from "vitest";
import { routeOf } from "../../src/diagnosis/route.ts";
import { longestId, templatePath } from "../../src/hops/path-shape.ts";
import { look, request, server } from "./build-view.ts";

describe("templatePath", () => {
  it.each([
    ["/", "/"],
    ["/api/orders", "/api/orders"],
    ["/api/orders/6845", "/api/orders/*"],
    ["/api/orders/6845/lines/2", "/api/orders/*/lines/*"],
    ["/users/0b6e8d2a-5d5c-4a3b-9d6f-2f0c1b7a9e11", "/users/*"],
    ["/users/0B6E8D2A-5D5C-4A3B-9D6F-2F0C1B7A9E11", "/users/*"],
    ["/blobs/9f86d081884c7d65", "/blobs/*"],
    ["/sessions/eyJhbGciOiJIUzI1NiJ9abc", "/sessions/*"],
    // Words stay: letters alone are no id, however much they look like hex or how long they are.
    ["/v1/cafe/facade", "/v1/cafe/facade"],
    ["/deadbeef", "/deadbeef"],
    ["/internationalization-settings", "/internationalization-settings"],
    ["/api/v2", "/api/v2"],
    ["/orders/", "/orders/"],
  ])("%s → %s", (path, template) => {
    expect(templatePath(path)).toBe(template);
  });
});

describe("longestId", () => {
  it.each([
    ["/api/orders", ""],
    ["/api/orders/6845/lines/2", "6845"],
    ["/a/12/b/34", "34"],
    ["/users/0b6e8d2a-5d5c-4a3b-9d6f-2f0c1b7a9e11/items/77", "0b6e8d2a-5d5c-4a3b-9d6f-2f0c1b7a9e11"],
  ])("%s: %j", (path, id) => {
    expect(longestId(path)).toBe(id);
  });
});

describe("routeOf", () => {
  const get = request("client → orders", { target: "/orders/abc-def?key=secret", method: "POST" });
  const hops = look({ requests: [get] }).view.table.all();

  it.each(["/", "/*", "/**", "*", "/{path:path}", "/:path*", "/{proxy+}", "(.*)"])(
    "tells paths apart where %s catches them all",
    (route) => {
      const [hop] = look({ requests: [request("client → orders", { target: "/orders/6845" })] }).view.table.all();
      expect(routeOf(hop!, server(get, { route }))).toBe("GET /orders/*");
    },
  );

  it("is method and path, without the query", () => {
    expect(routeOf(hops[0]!, undefined)).toBe("POST /orders/abc-def");
  });

  it.each(["/orders/{id}", "/orders/:id", "/orders/<id>", "/orders/<string:id>"])("takes the template of the SERVER span: %s", (route) => {
    expect(routeOf(hops[0]!, server(get, { route }))).toBe("POST /orders/*");
  });

  it.each([
    ["/stock/", "/stock/17", "/stock/*"],
    ["/stock", "/stock/17/lines/2", "/stock/*/lines/*"],
    ["/{tenant}/stock/", "/7/stock/17", "/*/stock/*"],
  ])("looks behind a mere mount: %s of %s", (route, target, told) => {
    expect(routeAt(target, route)).toBe(`GET ${told}`);
  });

  it.each([
    ["what ends in a wildcard", "/files/*", "/files/reports/june", "/files/*"],
    ["what ends in a parameter", "/a/{id}", "/a/cafe/lines", "/a/*"],
    ["the route of a path that was rewritten on the way", "/stock/", "/api/stock/17", "/stock/"],
    ["a route behind which nothing goes on", "/stock/", "/stock", "/stock/"],
  ])("keeps %s", (_, route, target, told) => {
    expect(routeAt(target, route)).toBe(`GET ${told}`);
  });
});

function routeAt(target: string, route: string): string {
  const of = request("client → orders", { target });
  return routeOf(look({ requests: [of] }).view.table.hop(0), server(of, { route }));
}
