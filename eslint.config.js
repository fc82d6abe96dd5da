import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import regexp from 'eslint-plugin-regexp';
import tseslint from 'typescript-eslint';

/** The layers of the data path, in its order. */
const LAYERS = ['protocol', 'table', 'rows', 'staging', 'warehouse'];

/** Files that import nothing of ours, except those named here. */
const BASE = {
  'errors.ts': [],
  'sql.ts': [],
  'abort.ts': [],
  'retry.ts': [],
  'glob.ts': [],
  'amounts.ts': [],
  'states/ledger.ts': [],
  'ports.ts': ['sql.ts'],
};

/** What every layer may import besides itself and earlier layers. */
const FOR_LAYERS = [
  'errors.ts',
  'sql.ts',
  'abort.ts',
  'retry.ts',
  'glob.ts',
  'amounts.ts',
  'states/ledger.ts',
  'ports.ts',
  'log.ts',
];

/** What may import what in `src/`. */
const ZONES = [
  ...LAYERS.map((layer, at) => ({
    target: `./src/${layer}`,
    from: './src',
    except: [...LAYERS.slice(0, at + 1), ...FOR_LAYERS],
    message: `The layer ${layer}/ imports itself, earlier layers and the base only.`,
  })),
  ...Object.entries(BASE).map(([file, except]) => ({
    target: `./src/${file}`,
    from: './src',
    except: [file, ...except],
    message: `${file} belongs to the base, which imports nothing of ours.`,
  })),
  {
    target: './src/local',
    from: './src',
    except: ['local'],
    message: 'The local warehouse shares no code with the loader, because it judges it.',
  },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      '.cache/',
      '.target-redshift/',
      'src/config/compiled-schema.js',
      'src/rows/lane/assembly/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'import-x/order': [
        'error',
        { groups: ['builtin', 'external', ['parent', 'sibling', 'index']], 'newlines-between': 'never' },
      ],
      'import-x/first': 'error',
      'import-x/no-duplicates': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', { max: 15, variant: 'modified' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-params': ['error', 4],
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones: ZONES }],
    },
  },
  {
    // Data can make an expression that is not linear take forever.
    files: ['src/**/*.ts'],
    ignores: ['src/local/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'certain' }],
      'regexp/no-super-linear-move': ['error', { report: 'certain' }],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/local/**', '!**/local/door.ts'],
              message: 'Of the local warehouse, the program imports local/door.ts only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
