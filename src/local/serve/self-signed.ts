/** What is used of selfsigned, which is loaded when a certificate is made: once for each warehouse. */
export { generate } from 'selfsigned';
