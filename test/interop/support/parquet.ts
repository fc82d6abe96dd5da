/** Programs that write and read Parquet, and those that copy tables out of Redshift. */

/** pyarrow comes with awswrangler. */
export const PARQUET_TOOLS = ['awswrangler[redshift]==3.17.1', 'duckdb==2.0.1'];

/** The program itself, without the package that downloads it. */
export const SLING = ['sling-linux-amd64==1.4.11'];
