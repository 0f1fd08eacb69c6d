#!/bin/sh
# Builds the agent: src/agent bundled by esbuild, compiled by QuickJS, linked with musl into static programs for
# amd64 and arm64. Kept in .cache/agent by a digest of everything that goes in; with nothing changed it only prints.
# Usage: scripts/build-agent.sh [--force]            prints the folder with <arch>/cis-scanner and <arch>/cis-exporter
#        scripts/build-agent.sh --program ENTRY OUT  one TypeScript program for this machine, as the agent is built
set -eu

cd "$(dirname "$0")/.."
recipe=provisioners/agent/build
cache=${CUPEL_CACHE:-$PWD/.cache}/agent
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
quickjs_version=2025.04.26

die() { printf 'build-agent: %s\n' "$*" >&2; exit 1; }
say() { printf 'build-agent: %s\n' "$*" >&2; }

work=
toolchain_part=
cleanup() { rm -rf ${work:+"$work"} ${toolchain_part:+"$toolchain_part"}; }
trap cleanup EXIT
trap 'exit 1' INT TERM HUP
work=$(mktemp -d)

# The compiler is part of what decides the bytes.
cc_of() { case $1 in amd64) echo x86_64-linux-gnu-gcc ;; arm64) echo aarch64-linux-gnu-gcc ;; esac; }
triple_of() { case $1 in amd64) echo x86_64-linux-musl ;; arm64) echo aarch64-linux-musl ;; esac; }
host=$(dpkg --print-architecture)
case $host in amd64 | arm64) ;; *) die "builds on amd64 and arm64; this is $host" ;; esac
for arch in amd64 arm64; do
  command -v "$(cc_of $arch)" >/dev/null || die "needs $(cc_of $arch): run scripts/setup.sh"
done

compile_flags='-O2 -fPIE -fwrapv -ffunction-sections -fdata-sections -fstack-protector-strong -fno-ident -fno-asynchronous-unwind-tables -D_GNU_SOURCE'
link_flags='-static-pie -nostdlib -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,relro,-z,now,-z,noexecstack -Wl,-s'

# apt with a state of its own: what it downloads is signed by Debian's archive, and the machine's sources stay as they are.
download() { # folder
  mkdir -p "$work/apt/lists/partial" "$work/apt/archives/partial"
  printf '%s [signed-by=%s] %s trixie main\n' deb-src "$keyring" "$mirror" 'deb' "$keyring" "$mirror" >"$work/apt/sources.list"
  : >"$work/apt/status"
  cat >"$work/apt/conf" <<END
Dir::State "$work/apt"; Dir::State::status "$work/apt/status"; Dir::Cache "$work/apt";
Dir::Etc::sourcelist "$work/apt/sources.list"; Dir::Etc::sourceparts "-"; Dir::Etc::preferences "-"; Dir::Etc::preferencesparts "-";
APT::Architectures { "amd64"; "arm64"; }; APT::Sandbox::User "root";
Acquire::Languages "none"; Acquire::Retries "2"; APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false"; Acquire::AllowInsecureRepositories "false"; Acquire::AllowWeakRepositories "false";
APT::Update::Post-Invoke-Success ""; APT::Update::Post-Invoke "";
END
  export APT_CONFIG="$work/apt/conf"
  (
    cd "$1"
    apt-get -q update && apt-get -q --download-only source quickjs=$quickjs_version-1 && apt-get -q download musl-dev:amd64 musl-dev:arm64
  ) >"$work/apt/log" 2>&1 || { tail -n 5 "$work/apt/log" >&2; die "could not download QuickJS and musl from $mirror"; }
  unset APT_CONFIG
}

verify() { # folder
  sed -n 's/^\([0-9a-f]\{64\}\) /\1  /p' "$recipe/packages" >"$work/pins"
  (cd "$1" && sha256sum --quiet --strict -c "$work/pins") >&2 || die "what Debian has now is not what $recipe/packages pins: review it, then change the pins"
}

compile() { # arch source object flag...
  arch=$1 source=$2 object=$3
  shift 3
  # shellcheck disable=SC2086
  "$(cc_of "$arch")" $compile_flags "$@" -nostdinc -isystem "$toolchain/musl-$arch/usr/include/$(triple_of "$arch")" \
    -isystem "$("$(cc_of "$arch")" -print-file-name=include)" -isystem "$toolchain/quickjs" \
    -ffile-prefix-map="$toolchain=." -ffile-prefix-map="$work=." -DCONFIG_VERSION="\"$quickjs_version\"" -c -o "$object" "$source"
}

engine='quickjs dtoa libregexp libunicode cutils'

make_toolchain() {
  [ ! -d "$toolchain" ] || return 0
  say 'making the toolchain (once)'
  final=$toolchain
  mkdir -p "$cache"
  toolchain_part=$(mktemp -d "$cache/toolchain-part.XXXXXX")
  toolchain=$toolchain_part
  mkdir "$work/download"
  download "$work/download"
  verify "$work/download"
  mkdir "$toolchain/quickjs"
  tar -C "$toolchain/quickjs" --strip-components=1 -xf "$work/download/quickjs_$quickjs_version.orig.tar.xz"
  tar -C "$toolchain/quickjs" -xf "$work/download/quickjs_$quickjs_version-1.debian.tar.xz"
  while read -r patch; do
    patch -s -d "$toolchain/quickjs" -p1 <"$toolchain/quickjs/debian/patches/$patch"
  done <"$toolchain/quickjs/debian/patches/series"
  for arch in amd64 arm64; do
    mkdir "$toolchain/musl-$arch" "$toolchain/engine-$arch"
    dpkg-deb -x "$work"/download/musl-dev_*_"$arch".deb "$toolchain/musl-$arch"
    for part in $engine; do compile "$arch" "$toolchain/quickjs/$part.c" "$toolchain/engine-$arch/$part.o" -w; done
  done
  (
    cd "$toolchain/quickjs"
    # shellcheck disable=SC2046,SC2086
    gcc -O1 -w -fwrapv -D_GNU_SOURCE -DCONFIG_VERSION="\"$quickjs_version\"" -o ../qjsc qjsc.c quickjs-libc.c $(printf '%s.c ' $engine) -lm -ldl -lpthread
  )
  mv -T "$toolchain" "$final" || [ -d "$final" ]
  toolchain=$final
}

bundle() { # entry file
  node_modules/.bin/esbuild "$1" --bundle --format=esm --platform=neutral --main-fields=module,main --target=es2023 --charset=utf8 \
    --preserve-symlinks --legal-comments=none --minify-syntax --external:cupel-native --external:cupel-scanner --alias:node:crypto=./src/agent/platform/digest.ts --log-level=warning --outfile="$2"
}

link() { # arch version bytecode.c out
  musl=$toolchain/musl-$1/usr/lib/$(triple_of "$1")
  part=$work/link-$1
  rm -rf "$part" && mkdir "$part"
  compile "$1" "$3" "$part/program.o"
  # O3: the scanner's searches are loops that the compiler makes wide instructions of.
  compile "$1" "$recipe/scanner.c" "$part/scanner.o" -O3 -Wall -Wextra -Wno-unused-parameter -Werror
  compile "$1" "$recipe/native.c" "$part/native.o" -Wall -Wextra -Wno-unused-parameter -Werror "-DAGENT_VERSION=\"$2\""
  compile "$1" "$recipe/memory.c" "$part/memory.o" -Wall -Wextra -Werror
  # What a program does not import is not linked either.
  # shellcheck disable=SC2046
  compile "$1" "$recipe/main.c" "$part/main.o" -Wall -Wextra -Werror $(grep -o -e '-DWITH_SCANNER' "$3")
  out_file=$4
  cc=$(cc_of "$1")
  objects=$toolchain/engine-$1
  set --
  for each in $engine; do set -- "$@" "$objects/$each.o"; done
  # shellcheck disable=SC2086
  "$cc" $link_flags -o "$out_file" "$musl/rcrt1.o" "$musl/crti.o" "$part/main.o" "$part/program.o" "$part/native.o" "$part/scanner.o" "$part/memory.o" \
    "$@" -Wl,--start-group "$musl/libc.a" "$("$cc" -print-libgcc-file-name)" -Wl,--end-group "$musl/crtn.o"
}

# By its bare name: the module's is part of the bytecode, and the folder's is another one each time.
bytecode() { # bundle file.c
  (cd "$work" && "$toolchain/qjsc" -c -m -s -N program -M cupel-native,native -M cupel-scanner,scanner -o "$2" "${1##*/}")
  if grep -q '"cupel-scanner"' "$1"; then echo '/* -DWITH_SCANNER */' >>"$2"; fi
}

compilers=$(for arch in amd64 arm64; do "$(cc_of $arch)" --version | head -n 1; done)
pins=$(printf '%s\n%s\n%s\n' "$compilers" "$compile_flags" "$(cat "$recipe/packages")" | sha256sum | cut -c1-16)
toolchain=$cache/toolchain-$pins

if [ "${1:-}" = --program ]; then
  [ $# -eq 3 ] || die 'usage: build-agent.sh --program ENTRY OUT'
  make_toolchain
  bundle "$2" "$work/program.js"
  bytecode "$work/program.js" "$work/program.c"
  link "$host" 0.0.0+test "$work/program.c" "$work/program"
  mv "$work/program" "$3"
  exit 0
fi

for name in scanner exporter; do bundle "src/agent/$name/main.ts" "$work/$name.js"; done
digest=$(cat "$work/scanner.js" "$work/exporter.js" "$recipe"/*.[ch] scripts/build-agent.sh | { cat; printf '%s' "$pins"; } | sha256sum | cut -c1-12)
version=$(node -p 'require("./package.json").version')+$digest
out=$cache/$version
if [ "${1:-}" = --force ]; then rm -rf "$out"; fi
if [ ! -d "$out" ]; then
  make_toolchain
  say "building $version"
  mkdir "$work/out"
  for name in scanner exporter; do
    bytecode "$work/$name.js" "$work/$name.c"
    for arch in amd64 arm64; do
      mkdir -p "$work/out/$arch"
      link $arch "$version" "$work/$name.c" "$work/out/$arch/cis-$name"
    done
  done
  mkdir -p "$cache"
  part=$(mktemp -d "$cache/part.XXXXXX")
  cp -r "$work/out/." "$part"
  chmod -R a+rX "$part"
  mv -T "$part" "$out" 2>/dev/null || rm -rf "$part"
fi
# Where the embed stage takes them from; replaced whole, and only when they differ.
for program in amd64/cis-scanner amd64/cis-exporter arm64/cis-scanner arm64/cis-exporter; do
  placed=provisioners/agent/bin/$program
  if ! cmp -s "$out/$program" "$placed"; then
    mkdir -p "${placed%/*}"
    cp "$out/$program" "$placed.part" && mv "$placed.part" "$placed"
  fi
done
printf '%s\n' "$out"
