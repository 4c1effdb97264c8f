// Private members (#name) as plain ones, for the bundle: V8 of Node 20 sets and finds them faster (docs/decisions/0010). src/ keeps the private ones, which the
// compiler checks.
import { parseAst } from "rolldown/parseAst";

/** A plugin of rolldown. Every class has a number, so that a class and the one that it extends may have private members of one name. */
export function plainMembers() {
  let classes = 0;
  return { name: "plain-members", renderChunk: (code) => rewritten(code, () => classes++) };
}

export function rewritten(code, nextNumber) {
  const parts = [];
  let at = 0;
  for (const { start, end, text } of replacements(parseAst(code), nextNumber)) {
    parts.push(code.slice(at, start), text);
    at = end;
  }
  return parts.join("") + code.slice(at);
}

/** In order of place. */
function replacements(program, nextNumber) {
  const found = [];
  visit(program, []);
  return found.sort((a, b) => a.start - b.start);

  /** `scopes`: the plain names of private ones, by class, the innermost last. */
  function visit(node, scopes) {
    if (Array.isArray(node)) {
      for (const each of node) visit(each, scopes);
      return;
    }
    if (typeof node?.type !== "string") return;
    if (node.type === "PrivateIdentifier") {
      const text = scopes.findLast((scope) => scope.has(node.name)).get(node.name);
      found.push({ start: node.start, end: node.end, text });
      return;
    }
    if (node.type === "BinaryExpression" && node.left.type === "PrivateIdentifier")
      throw new Error(`#${node.left.name} in ...: a plain member of that name would be no proof of the class`);
    const inner = node.type === "ClassBody" ? [...scopes, plainNames(node, nextNumber())] : scopes;
    for (const value of Object.values(node)) if (typeof value === "object") visit(value, inner);
  }
}

function plainNames(body, number) {
  const keys = body.body.map(({ key }) => key).filter((key) => key?.type === "PrivateIdentifier");
  return new Map(keys.map(({ name }) => [name, `${name}$${number}`]));
}
