/** What is used of the client, see `redshift.ts`. */
export { GetCredentialsCommand, RedshiftServerlessClient } from '@aws-sdk/client-redshift-serverless';
