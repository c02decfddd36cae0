# An image with `recurrent` and `bench`, and nothing else that runs: Swift's runtime is linked in, and the packed backend needs no BLAS.
#
#   docker build -t recurrent .
#   docker run --rm recurrent recurrent doctor
#   docker run --rm -v "$PWD:/data" recurrent recurrent train names        reads and writes the current folder
FROM swift:6.3.1-bookworm AS build
WORKDIR /source
COPY Package.swift ./
COPY CBLAS CBLAS
COPY Sources Sources
COPY Benchmarks Benchmarks
COPY Tests Tests
# `-s` leaves out the symbols. Products are copied from where this build puts them.
RUN set -e; \
    options="-c release --static-swift-stdlib --disable-default-traits -Xlinker -s"; \
    mkdir /products; \
    for product in recurrent bench; do \
      swift build $options --product $product; \
      cp "$(swift build $options --show-bin-path)/$product" /products/; \
    done

# The same Debian, with libstdc++, and with the shell by which the gates of `bench` start its peers.
FROM debian:bookworm-slim
COPY --from=build /products/ /usr/local/bin/
WORKDIR /data
CMD ["recurrent", "--help"]
