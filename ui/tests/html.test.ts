import assert from "node:assert/strict";
import { test } from "node:test";
import { type HtmlNode, readHtml, safeUrl } from "../shared/html";

function shown(nodes: HtmlNode[]): string {
  return nodes.map((one) => (typeof one === "string" ? one : `[${one.tag}${one.href ? ` ${one.href}` : ""}:${shown(one.children)}]`)).join("");
}

test("known elements are kept, with the text of unknown ones", () => {
  assert.equal(shown(readHtml("<p>Hello <B class='x'>Ada</B>,<br/><span>you</span></p>")), "[p:Hello [b:Ada],[br:]you]");
  assert.equal(shown(readHtml("<ul><li>a<li>b</ul>c")), "[ul:[li:a[li:b]]]c");
});

test("texts are unescaped once", () => {
  assert.equal(shown(readHtml("1 &lt; 2 &amp;amp; &#x1F600; &nope; 3 < 4")), "1 < 2 &amp; 😀 &nope; 3 < 4");
});

test("nothing that runs remains", () => {
  for (const html of [
    "<script>alert(1)</script>", "<style>a{}</style>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)><p>x</p></svg>",
    "<iframe srcdoc='<script>1</script>'></iframe>", "<!-- <b>x</b> -->", "<script", "<scr<script>ipt>",
  ]) assert.doesNotMatch(shown(readHtml(html)), /\[(?!b:|p:)/, html);
  for (const url of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "&#106;avascript:alert(1)", "data:text/html,x", "vbscript:x", "//example.org", "x"])
    assert.equal(shown(readHtml(`<a href="${url}">x</a>`)), "[a:x]", url);
});

test("harmless URLs are kept", () => {
  assert.equal(shown(readHtml("<a title='>' href='https://example.org/?a=1&amp;b=2'>x</a>")), "[a https://example.org/?a=1&b=2:x]");
  assert.equal(safeUrl("tel:+491234"), "tel:+491234");
});

test("a text of open brackets is read in time proportional to its length", () => {
  assert.equal(shown(readHtml("<".repeat(4096))).length, 4096);
});

test("elements can be nested as deep as a text is long", () => {
  const nested = readHtml("<b>".repeat(1365));
  let depth = 0;
  for (let one: HtmlNode | undefined = nested[0]; one !== undefined && typeof one !== "string"; one = one.children[0]) depth += 1;
  assert.ok(depth > 0 && depth <= 100, String(depth));
});

test("names of properties that every object has are names of nothing", () => {
  assert.equal(shown(readHtml("<constructor>a</constructor>&constructor;&toString;")), "a&constructor;&toString;");
});
