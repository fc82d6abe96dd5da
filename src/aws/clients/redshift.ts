/** What is used of the client: a bundle holds no more of it, as it would of a package that is imported as a whole. */
export {
  GetClusterCredentialsCommand,
  GetClusterCredentialsWithIAMCommand,
  RedshiftClient,
} from '@aws-sdk/client-redshift';
