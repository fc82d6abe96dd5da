/** What is used of pino-pretty, loaded only for a person: imported as a whole, a package of CommonJS has no names in a bundle. */
export { prettyFactory } from 'pino-pretty';
