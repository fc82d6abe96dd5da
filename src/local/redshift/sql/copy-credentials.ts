/** As whom COPY and UNLOAD use S3: the access keys in the statement, or IAM roles ("Authorization parameters"). */
export type CopyCredentials =
  | { readonly kind: 'role'; readonly arns: readonly string[] | 'default' }
  | {
      readonly kind: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
