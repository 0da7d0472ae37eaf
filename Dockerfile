# syntax=docker/dockerfile:1

# The host as an image: docker build --build-arg REVISION=$(git rev-parse HEAD) --tag cano .
# For a host of one's own see samples/Worker/Dockerfile. It wants BuildKit (or Podman); several platforms: --platform linux/amd64,linux/arm64.

FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source
COPY . .
# Every package must be the one that the lock files name, with its hash; nothing is restored after that.
RUN dotnet restore src/Cano.Silo --locked-mode
# What is in it, and that it is the same for each platform, eng/Image.targets says.
RUN dotnet publish src/Cano.Silo --configuration Release --no-restore -p:ForImage=true --output /app

# No shell, no package manager, no ICU: the host reads and writes in the invariant culture.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
ARG VERSION=0.1.0
ARG REVISION=""
LABEL org.opencontainers.image.title="Cano" \
      org.opencontainers.image.description="The Cano host: command line, storage, HTTP." \
      org.opencontainers.image.authors="Cano contributors" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
# What the base image sets would be overruled by --urls, with a warning at each start.
ENV ASPNETCORE_HTTP_PORTS=
WORKDIR /app
COPY --from=build /app .
# HTTP, silo, gateway.
EXPOSE 5080 11111 30000
# The base image's user "app", by number, so that Kubernetes sees that it is not root. It owns nothing here: what the host writes goes to /tmp and to the data folder it is given.
USER 1654
# No HEALTHCHECK: /health/live and /health/ready are for the orchestrator to ask.
ENTRYPOINT ["dotnet", "/app/Cano.Silo.dll"]
