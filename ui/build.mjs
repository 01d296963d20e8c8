// Builds the console: `node build.mjs [--check | --tests | --watch]`.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { build, context } from "esbuild";

const ui = import.meta.dirname;
const assets = join(ui, "../src/heliograph/server/console/assets");
const LICENSES = [
  "node_modules/preact/LICENSE",
  "node_modules/@preact/signals/LICENSE",
  "node_modules/@fontsource-variable/inter/LICENSE",
  "console/parts/LICENSE.lucide",
];
const font = join(ui, "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2");

function options(outdir) {
  return {
    entryPoints: {
      console: join(ui, "console/main.tsx"),
      "console-style": join(ui, "console/styles/console.css"),
    },
    absWorkingDir: ui,
    outdir,
    bundle: true,
    minify: true,
    format: "esm",
    // console.js and chunk.js are loaded at once, and more.js when one of its screens is shown.
    splitting: true,
    chunkNames: "[name]",
    target: ["chrome123", "firefox120", "safari17.5"],
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    external: ["*.woff2"],
    logLevel: "warning",
    write: false,
  };
}

async function built() {
  const { outputFiles } = await build(options(await mkdtemp(join(tmpdir(), "ui-"))));
  const file = (name) => outputFiles.find((one) => basename(one.path) === name).contents;
  const files = {
    "console.js": file("console.js"),
    "more.js": file("more.js"),
    "chunk.js": file("chunk.js"),
    "console.css": file("console-style.css"),
    "inter.woff2": await readFile(font),
    "icon.svg": await readFile(join(ui, "console/icon.svg")),
    "LICENSES.txt": await licenses(),
  };
  return { ...files, BUILD: Buffer.from(await manifest(files)) };
}

async function licenses() {
  const texts = LICENSES.map(async (path) => `${path.replace("node_modules/", "")}\n\n${await readFile(join(ui, path), "utf8")}`);
  return Buffer.from((await Promise.all(texts)).join("\n\n"));
}

// The digests of the sources and of the outputs, which `make check` compares without Node.
async function manifest(files) {
  const sources = (await readdir(ui, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => relative(ui, join(one.parentPath, one.name)).replaceAll("\\", "/"))
    .filter((name) => !/^(node_modules|\.tests|tests)\//.test(name) && name !== "README.md")
    .sort();
  const sum = createHash("sha256");
  for (const name of sources) sum.update(`${name}\n`).update(await readFile(join(ui, name)));
  const lines = Object.entries(files).map(([name, bytes]) => `${digest(bytes)}  ${name}`);
  return `${sum.digest("hex")}  sources\n${lines.join("\n")}\n`;
}

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

async function check(files) {
  const outdated = [];
  for (const [name, bytes] of Object.entries(files)) {
    const committed = await readFile(join(assets, name)).catch(() => Buffer.alloc(0));
    if (!committed.equals(Buffer.from(bytes))) outdated.push(name);
  }
  if (outdated.length) {
    console.error(`outdated in ${relative(process.cwd(), assets)}: ${outdated.join(", ")}; run make ui`);
    process.exitCode = 1;
  }
}

async function tests() {
  const found = (await readdir(join(ui, "tests"))).filter((name) => name.endsWith(".test.ts"));
  const entryPoints = found.map((name) => join(ui, "tests", name));
  await build({ entryPoints, outdir: join(ui, ".tests"), bundle: true, platform: "node", format: "esm", jsx: "automatic",
    jsxImportSource: "preact", logLevel: "warning" });
}

async function write(files) {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(assets, name), bytes);
}

const mode = process.argv[2];
if (mode === "--tests") await tests();
else if (mode === "--check") await check(await built());
else if (mode === "--watch") {
  const rebuild = { name: "rebuild", setup: (one) => one.onEnd(async () => write(await built())) };
  await (await context({ ...options(assets), plugins: [rebuild] })).watch();
} else await write(await built());
