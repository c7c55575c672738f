# The program with its own packages. Articles are mounted read-only, the index is in a volume; ui/README.md tells how to run it.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir uv
COPY . /src
RUN uv pip install --system --compile-bytecode --constraint /src/constraints.txt '/src[accounts]'

FROM python:3.13-slim
COPY --from=build /usr/local/lib/python3.13 /usr/local/lib/python3.13
COPY --from=build /usr/local/bin/qa /usr/local/bin/articles-qa-mcp /usr/local/bin/
RUN useradd --uid 10001 --create-home qa && install -d -o qa -g qa /data
USER qa
ENV QA_INDEX=/data/index QA_CACHE=/data/cache
VOLUME /data
EXPOSE 7860
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/v1/healthz', timeout=5)"]
ENTRYPOINT ["qa"]
CMD ["serve", "--host", "0.0.0.0", "--allow-host", "localhost"]
