// Holds every dashboard beside this folder to Grafana's own types, as `tsc --noEmit` would: the JSON becomes a typed
// constant in memory, so that an unknown field, a wrong kind of value or a misspelt choice is an error of the compiler.
// Needs `npm ci` once; prints one line for each file and the closing line "N passed, N failed".
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const here = import.meta.dirname;
const folder = path.join(here, '..');

// Options and field configuration of each kind of panel that the dashboards use.
const kinds = { bargauge: 'BarGauge', stat: 'Stat', 'state-timeline': 'StateTimeline', table: 'Table', timeseries: 'TimeSeries' };
const withoutFields = ['bargauge', 'stat'];

const prelude = [
  `import type { Dashboard, Panel, RowPanel } from '@grafana/schema';`,
  ...Object.entries(kinds).map(([kind, name]) => {
    const module = `@grafana/schema/dist/esm/raw/composable/${kind.replace('-', '')}/panelcfg/x/${name}PanelCfg_types.gen`;
    return `import type * as ${name} from '${module}';`;
  }),
  // JSON says 'absolute' where the types want the member of an enumeration: both come to the same text.
  `type Plain<T> = 0 extends 1 & T ? any : T extends string ? \`\${T}\` : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;`,
  // Some options came later than the oldest Grafana that the dashboards are for: none is required.
  `type Like<O, F> = Plain<Panel<Partial<O>, Partial<F>>>;`,
].join('\n');

function source(dashboard) {
  const { panels, ...frame } = dashboard;
  const constants = panels.map((panel, index) => {
    if (panel.type !== 'row' && !kinds[panel.type]) throw new Error(`no types for panels of kind ${panel.type}`);
    const name = kinds[panel.type];
    const fields = withoutFields.includes(panel.type) ? 'Record<string, never>' : `${name}.FieldConfig`;
    const type = panel.type === 'row' ? 'Plain<RowPanel>' : `Like<${name}.Options, ${fields}>`;
    return `export const panel${index}: ${type} = ${JSON.stringify(panel, null, 1)};`;
  });
  return [prelude, `export const frame: Plain<Dashboard> = ${JSON.stringify(frame, null, 1)};`, ...constants].join('\n');
}

const options = {
  noEmit: true, strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler, types: [],
};
const files = fs.readdirSync(folder).filter((name) => name.endsWith('.json'));
const sources = new Map(files.map((name) => {
  const dashboard = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
  return [path.join(here, `${name}.ts`), source(dashboard)];
}));

const host = ts.createCompilerHost(options);
const { fileExists, readFile, getSourceFile } = host;
host.fileExists = (name) => sources.has(name) || fileExists(name);
host.readFile = (name) => sources.get(name) ?? readFile(name);
host.getSourceFile = (name, version, ...rest) =>
  sources.has(name) ? ts.createSourceFile(name, sources.get(name), version) : getSourceFile(name, version, ...rest);

const program = ts.createProgram([...sources.keys()], options, host);
const general = program.getGlobalDiagnostics();
let failed = general.length;
for (const name of sources.keys()) {
  const file = program.getSourceFile(name);
  const errors = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  const lines = errors.map((error) => {
    const { line } = file.getLineAndCharacterOfPosition(error.start);
    return `  ${file.text.split('\n')[line].trim()}\n    ${ts.flattenDiagnosticMessageText(error.messageText, '\n    ')}`;
  });
  console.log([`${errors.length ? 'failed' : 'ok'} ${path.basename(name, '.ts')}`, ...lines].join('\n'));
  failed += errors.length ? 1 : 0;
}
general.forEach((error) => console.log(ts.flattenDiagnosticMessageText(error.messageText, '\n')));
if (!files.length) failed += 1;
console.log(`${files.length ? sources.size - failed : 0} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
