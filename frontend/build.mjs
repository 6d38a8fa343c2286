// Puts what the pages use of npm, each with its licence, under src/entrepot/web/static: vendor/ as it came, dist/ as compiled from here.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const statics = join(root, "src", "entrepot", "web", "static");
const version = (name) => createRequire(import.meta.url)(join(modules, name, "package.json")).version;

function fresh(...parts) {
  const folder = join(statics, ...parts);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

function copyHtmx() {
  const folder = fresh("vendor", "htmx");
  copyFileSync(join(modules, "htmx.org", "dist", "htmx.min.js"), join(folder, "htmx.min.js"));
  copyFileSync(join(modules, "htmx.org", "LICENSE"), join(folder, "LICENSE"));
}

// Pico comes as a cascade layer, so that the pages' own rules win whatever their specificity. Its icons are data: addresses,
// which `default-src 'self'` forbids; they become files.
function copyPico() {
  const folder = fresh("vendor", "pico");
  const icons = [];
  const css = readFileSync(join(modules, "@picocss", "pico", "css", "pico.min.css"), "utf8")
    .replace(/^@charset[^;]*;/, "")
    .replace(/url\("data:image\/svg\+xml,([^"]*)"\)/g, (_, encoded) => {
      const svg = decodeURIComponent(encoded);
      if (!icons.includes(svg)) icons.push(svg);
      return `url("icon-${icons.indexOf(svg)}.svg")`;
    });
  icons.forEach((svg, index) => writeFileSync(join(folder, `icon-${index}.svg`), svg));
  const banner = `/*! Pico CSS ${version("@picocss/pico")}, MIT, see LICENSE; wrapped in a layer, icons moved to files */\n`;
  writeFileSync(join(folder, "pico.css"), `${banner}@layer pico{${css}}\n`);
  copyFileSync(join(modules, "@picocss", "pico", "LICENSE.md"), join(folder, "LICENSE.md"));
}

async function compileIslands() {
  await build({
    entryPoints: [join(root, "frontend", "islands", "main.ts")],
    outfile: join(fresh("dist"), "islands.js"),
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "inline",
  });
}

copyHtmx();
copyPico();
await compileIslands();
// Written last: its presence tells that everything before it succeeded.
writeFileSync(join(statics, "dist", "built.txt"), `htmx ${version("htmx.org")}\npico ${version("@picocss/pico")}\n`);
