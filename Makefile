# SPDX-License-Identifier: Apache-2.0
# Copyright the mcp-stack authors

VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
ARCH := $(shell dpkg --print-architecture 2>/dev/null)
DEB := build/mcp-stack_$(VERSION)_$(ARCH).deb

.PHONY: help deps deb demo test test-fast bench format clean

help:
	@echo 'make demo       a throw-away Debian with a real MCP server on it, from the package to a tool call'
	@echo 'make test       everything: format, unit tests, package, Debian 12 and 13 booted with it'
	@echo 'make test-fast  format and unit tests'
	@echo 'make bench      what the design budgets, as ratios in one run'
	@echo 'make deb        $(DEB)'
	@echo 'make deps       install what these need (apt, as root); the others do that first'
	@echo 'make format     format the Swift sources'
	@echo 'make clean      remove build/ and .build/'

deps:
	@packaging/deps

# dpkg would leave its results beside the working tree; they are told to stay in build/.
deb: deps
	dpkg-buildpackage --no-sign --build=binary \
	    --buildinfo-option=-ubuild --buildinfo-file=$(DEB:.deb=.buildinfo) \
	    --changes-option=-ubuild --changes-file=$(DEB:.deb=.changes)

demo: deb
	packaging/demo $(DEB)

test: deps
	packaging/run-tests all $(DEB)

test-fast: deps
	packaging/run-tests fast $(DEB)

bench: deb
	@packaging/deps wrk python3-venv
	packaging/bench $(DEB)

format:
	swift format --in-place --recursive --parallel Sources Tests Package.swift

clean:
	rm -rf build .build
