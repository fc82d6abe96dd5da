/** Debian's Chromium without a window, driven by Playwright. Neither is installed: both are unpacked below `.cache/interop`. */
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { librariesOf, unpackedPackages } from './debian.ts';
import { npmPackages } from './npm.ts';

const PLAYWRIGHT = 'playwright-core@1.65.1';

/** What is used of Playwright. */
export interface Browser {
  newPage(options: {
    readonly viewport: { readonly width: number; readonly height: number };
    readonly colorScheme: 'light' | 'dark';
  }): Promise<Page>;
  close(): Promise<void>;
}

export interface Page {
  on(event: 'console', listener: (message: { text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  emulateMedia(options: { readonly media: 'print' | 'screen' }): Promise<void>;
  /** Runs the source of a function in the page. */
  evaluate(source: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly env: NodeJS.ProcessEnv }): Promise<Browser>;
  };
}

/** @throws RegistryUnreachableError */
export async function startBrowser(): Promise<Browser> {
  const inside = await npmPackages([PLAYWRIGHT]);
  const root = await unpackedPackages(['chromium-headless-shell', 'fonts-dejavu-core']);
  const { chromium } = (await import(pathToFileURL(inside('playwright-core/index.mjs')).href)) as Playwright;
  const { LD_LIBRARY_PATH = '' } = librariesOf(root);
  // A library of PulseAudio is in a folder of its own.
  const folders = LD_LIBRARY_PATH.split(delimiter).flatMap((folder) => [folder, join(folder, 'pulseaudio')]);
  return chromium.launch({
    executablePath: join(root, 'usr/lib/chromium/chromium-headless-shell'),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: folders.join(delimiter),
      FONTCONFIG_FILE: fontsFile(root),
    },
  });
}

/** A configuration with the unpacked fonts, so that texts have the same width on every machine. */
function fontsFile(root: string): string {
  const path = join(root, 'fonts.conf');
  writeFileSync(
    path,
    `<fontconfig><dir>${join(root, 'usr/share/fonts')}</dir><cachedir>${join(root, 'fonts-cache')}</cachedir></fontconfig>\n`,
  );
  return path;
}
