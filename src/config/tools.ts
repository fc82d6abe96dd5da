/** The loaders whose configurations are translated together with what they do by default. */
export const TOOLS = ['pipelinewise', 'ticketswap', 'datamill', 'airbyte', 'other'] as const;

export type Tool = (typeof TOOLS)[number];
