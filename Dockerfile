# `docker build .` makes the program; with `--target local` the local warehouse is in it too, for tests and CI; with
# `--target airbyte` it is a destination of Airbyte. docs/docker.md and docs/airbyte.md say how they are run.

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build && chmod 755 dist/main.js dist/destination.js && find dist -name '*.d.ts' -delete

# Only the engine of the local warehouse is installed. The last line makes its library links, as its install script would.
FROM build AS build-local
RUN npm prune --omit=dev --ignore-scripts && find node_modules -name '*.d.ts' -delete \
 && node --input-type=module -e "(await import('/app/dist/local/postgres/binaries.js')).findBinaries()"

FROM node:24-slim AS runtime
LABEL org.opencontainers.image.title="target-redshift" \
      org.opencontainers.image.description="Loads any Singer tap into Amazon Redshift through S3 and COPY." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:24-slim"
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
RUN ln -s /app/dist/main.js /usr/local/bin/target-redshift
STOPSIGNAL SIGTERM
HEALTHCHECK NONE
ENTRYPOINT ["node", "/app/dist/main.js"]

# Both endpoints listen on loopback, so there is no port to expose: whoever uses them shares the network of this container.
FROM runtime AS local
RUN install -d -o node -g node -m 700 /warehouse
VOLUME /warehouse
COPY --from=build-local /app/node_modules ./node_modules
COPY --from=build-local /app/dist ./dist
USER node
CMD ["local", "--dir", "/warehouse", "--port", "5439", "--s3-port", "9000", "--write-config", "/warehouse/config.json"]

# Airbyte runs $AIRBYTE_ENTRYPOINT with `sh`, as the user of its pods (1000, which is `node` here), and reads the labels.
FROM runtime AS airbyte
ARG VERSION=0.1.0
LABEL io.airbyte.name="target-redshift/destination-redshift" \
      io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="node /app/dist/destination.js"
COPY --from=build /app/dist ./dist
USER node
ENTRYPOINT ["node", "/app/dist/destination.js"]

FROM runtime
COPY --from=build /app/dist ./dist
USER node
