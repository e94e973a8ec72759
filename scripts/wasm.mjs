// Compiles the AssemblyScript kernels in pipeline/wasm/*.as to WebAssembly, each into a module that carries its bytes as
// text: pipeline/wasm/<name>.wasm.ts. Both are committed, so only who changes a kernel runs this. `--check` compares only.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { root } from './setup.mjs';

const folder = join(root, 'pipeline/wasm');
const isCheck = process.argv.includes('--check');
let stale = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.as'))) {
  const name = file.slice(0, -'.as'.length);
  const bytes = await compile(name, readFileSync(join(folder, file), 'utf8'));
  const path = join(folder, `${name}.wasm.ts`);
  const text = moduleOf(name, bytes);
  const before = readOrEmpty(path);
  if (before === text) console.log(`${name}: ${bytes.length} bytes, unchanged.`);
  else if (isCheck) {
    stale += 1;
    console.error(`${name}: the committed bytes are not those of ${file}. Run npm run wasm and commit both.`);
  } else {
    writeFileSync(path, text);
    console.log(`${name}: ${bytes.length} bytes, written to pipeline/wasm/${name}.wasm.ts.`);
  }
}
if (stale > 0) process.exit(1);

async function compile(name, source) {
  let bytes;
  // No runtime, no imports: a kernel works on its own memory with addresses that its caller hands it.
  const flags = ['-O3', '--noAssert', '--converge', '--runtime', 'stub', '--use', 'abort=', '--enable', 'simd'];
  const { error, stderr } = await asc.main([`${name}.ts`, '--outFile', `${name}.wasm`, ...flags], {
    readFile: (path) => (path === `${name}.ts` ? source : null),
    writeFile: (path, contents) => {
      if (path === `${name}.wasm`) bytes = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${name}.as does not compile:\n${stderr.toString()}`);
  return bytes;
}

function moduleOf(name, bytes) {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .match(/.{1,116}/g);
  const text = lines.map((line) => `  '${line}',`).join('\n');
  return `// Made from ${name}.as by \`npm run wasm\`: do not edit.\nexport const ${camel(name)}Wasm = [\n${text}\n].join('');\n`;
}

function camel(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
