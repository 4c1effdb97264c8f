import type { Resource } from "./span.ts";

/** Makes equal resources and equal texts of many spans one object each: a thousand spans of a service share its name. */
export class Interner {
  readonly #texts = new Map<string, string>();
  readonly #resources = new Map<string, Resource>();

  text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  resource(resource: Resource): Resource {
    const { service, pod, podBy, language, sdk, sdkVersion, webEngine } = resource;
    const key = JSON.stringify([service, pod, podBy, language, sdk, sdkVersion, webEngine]);
    const known = this.#resources.get(key);
    if (known) return known;
    this.#resources.set(key, resource);
    return resource;
  }
}
