# libmpe. "make help" lists the targets. One file, not recursive: where a target calls $(MAKE) it is to build the same
# tree again with other flags, or after the libraries it needs were installed.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ------------------------------------------------------------------------------------------------- what users may set

# CC, CXX and AR, too: make knows them by itself.
BUILD ?= build
$(if $(filter-out 1,$(words x$(BUILD)x)),$(error BUILD=$(BUILD): give a path without a blank; make takes it for two names))
CFLAGS ?= -O2 -g
CPPFLAGS ?=
LDFLAGS ?=
LDLIBS ?=
AWK ?= awk
PKG_CONFIG ?= pkg-config
JOBS ?= $(shell nproc 2>/dev/null || echo 2)

prefix ?= /usr/local
PREFIX ?= $(prefix)
exec_prefix ?= $(PREFIX)
EXEC_PREFIX ?= $(exec_prefix)
bindir ?= $(EXEC_PREFIX)/bin
BINDIR ?= $(bindir)
libdir ?= $(EXEC_PREFIX)/lib
LIBDIR ?= $(libdir)
includedir ?= $(PREFIX)/include
INCLUDEDIR ?= $(includedir)
datarootdir ?= $(PREFIX)/share
datadir ?= $(datarootdir)
DATADIR ?= $(datadir)
mandir ?= $(DATADIR)/man
MANDIR ?= $(mandir)
pkgconfigdir ?= $(LIBDIR)/pkgconfig
PKGCONFIGDIR ?= $(pkgconfigdir)
INSTALL ?= install
INSTALL_PROGRAM ?= $(INSTALL) -m 755
INSTALL_LIB ?= $(INSTALL) -m 755
INSTALL_DATA ?= $(INSTALL) -m 644
INSTALL_DIR ?= $(INSTALL) -d -m 755

# Programs that "make install" installs; PROGRAMS= installs the library alone.
PROGRAMS ?= mpe-inspect mpe-guard mpe-smooth
UNKNOWN_PROGRAMS = $(if $(filter install uninstall,$(MAKECMDGOALS)),$(filter-out mpe-inspect mpe-guard mpe-smooth,$(PROGRAMS)))
$(if $(UNKNOWN_PROGRAMS),$(error PROGRAMS=$(PROGRAMS): give some of mpe-inspect mpe-guard mpe-smooth, or nothing))

# WERROR=1: a warning is an error. For those who work on this tree; not for those who build it with the compiler they have.
WERROR ?=

# static: programs hold libmpe.a, and run from the tree and when installed, wherever the shared library is.
# shared: they need libmpe.so, as packages want it.
LINK_PROGRAMS ?= static

ifneq ($(V),1)
Q = @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
endif

# --------------------------------------------------------------------------------------------------------- the version

version_of = $(shell sed -n 's/^\#define $(1) //p' include/mpe/version.h)
VERSION := $(call version_of,MPE_VERSION_MAJOR).$(call version_of,MPE_VERSION_MINOR).$(call version_of,MPE_VERSION_PATCH)
ABI := $(call version_of,MPE_ABI)
SONAME := libmpe.so.$(ABI)
SOFILE := $(SONAME).$(call version_of,MPE_VERSION_MINOR).$(call version_of,MPE_VERSION_PATCH)

# ----------------------------------------------------------------------------------------------------------- the flags

LIB_PC := libavformat libavcodec libavutil expat
PROGRAM_PC := jansson
GUARD_PC := libuv libcurl libcyaml yaml-0.1 sqlite3 libcrypto libmicrohttpd hiredis
SMOOTH_PC := libmicrohttpd
INSPECT_PC := libpcap
GSTREAMER_PC := gstreamer-base-1.0
TEST_PC := check

pc_cflags = $(shell $(PKG_CONFIG) --cflags $(1) 2>/dev/null)
pc_libs = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null)

LIB_PC_CFLAGS := $(call pc_cflags,$(LIB_PC))
LIB_PC_LIBS := $(call pc_libs,$(LIB_PC))
PROGRAM_PC_CFLAGS := $(call pc_cflags,$(PROGRAM_PC))
PROGRAM_PC_LIBS := $(call pc_libs,$(PROGRAM_PC))
GUARD_PC_CFLAGS = $(call pc_cflags,$(GUARD_PC))
GUARD_PC_LIBS = $(call pc_libs,$(GUARD_PC))
INSPECT_PC_CFLAGS = $(call pc_cflags,$(INSPECT_PC))
INSPECT_PC_LIBS = $(call pc_libs,$(INSPECT_PC))
SMOOTH_PC_CFLAGS = $(call pc_cflags,$(SMOOTH_PC))
SMOOTH_PC_LIBS = $(call pc_libs,$(SMOOTH_PC))
GSTREAMER_PC_CFLAGS = $(call pc_cflags,$(GSTREAMER_PC))
GSTREAMER_PC_LIBS = $(call pc_libs,$(GSTREAMER_PC))
TEST_PC_CFLAGS = $(call pc_cflags,$(TEST_PC))
TEST_PC_LIBS = $(call pc_libs,$(TEST_PC))

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla $(if $(WERROR),-Werror)
MPE_CFLAGS = -std=c11 -pthread -fPIC -fvisibility=hidden $(WARNINGS)
MPE_CPPFLAGS = -D_POSIX_C_SOURCE=200809L -Iinclude

# The library and the tests of its inside; examples see the public headers only.
INSIDE = -Iinclude/mpe -Ilib

compile = $(CC) $(MPE_CPPFLAGS) $(1) $(CPPFLAGS) $(MPE_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
link = $(CC) -pthread $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o %.a %.so,$^) $(1) $(PROGRAM_PC_LIBS) $(LIB_PC_LIBS) $(LDLIBS)

# Objects of different flags live apart; $(BUILD)/.flags is newer than the products of any other flags.
FLAGS := $(CC) $(MPE_CPPFLAGS) $(CPPFLAGS) $(MPE_CFLAGS) $(CFLAGS) $(LDFLAGS) $(LDLIBS) $(LIB_PC_CFLAGS)
OBJ := $(BUILD)/$(firstword $(shell printf '%s' '$(subst ','\'',$(FLAGS))' | cksum))

# --------------------------------------------------------------------------------------------------------- the sources

LAYERS := base codes limits wire demux probe observe channel classify health notify reply session
LIB_SRC := $(foreach layer,$(LAYERS),$(sort $(wildcard lib/$(layer)/*.c lib/$(layer)/*/*.c)))
LIB_OBJ := $(LIB_SRC:%.c=$(OBJ)/%.o)

INSPECT_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/inspect/*.c)))
GUARD_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/guard/*.c)))
SMOOTH_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/smooth/*.c)))
GSTREAMER_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/gstreamer/*.c)))
SERVER_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/common/server/*.c)))
PROFILES := $(sort $(wildcard examples/profiles/*))
COMMON_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard examples/common/*.c)))
EXAMPLES := $(patsubst examples/%.c,$(BUILD)/bin/%,$(wildcard examples/*.c)) \
            $(if $(INSPECT_OBJ),$(BUILD)/bin/mpe-inspect) $(if $(GUARD_OBJ),$(BUILD)/bin/mpe-guard) \
            $(if $(SMOOTH_OBJ),$(BUILD)/bin/mpe-smooth)

UNIT_SRC := $(sort $(wildcard tests/unit/check_*.c))
SERVER_TEST_SRC := $(sort $(wildcard tests/server/check_*.c))
UNIT := $(UNIT_SRC:tests/unit/%.c=$(OBJ)/tests/%) $(SERVER_TEST_SRC:tests/server/%.c=$(OBJ)/tests/server_%)
UNIT_SHARED := $(patsubst %.c,$(OBJ)/%.o,$(filter-out $(UNIT_SRC),$(sort $(wildcard tests/unit/*.c))))
CASE_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(sort $(wildcard tests/case/*.c)))
CASE_RUNNER := $(if $(CASE_OBJ),$(OBJ)/tests/case_runner)
FUZZ_TARGETS := rtmp flv fmp4 probe amf0 smil allow-list session alloc health share
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/fuzz/fuzz_% tests/fuzz/replay.c,$(FUZZ_SRC)) \
              $(addprefix tests/case/,amf.c buffer.c headers.c headers_hevc.c line.c))
REPLAY := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/replay-%)
BENCH_OBJ := $(patsubst %.c,$(OBJ)/%.o,$(filter-out tests/bench/without_tap.c,$(sort $(wildcard tests/bench/*.c))))
BENCH := $(if $(BENCH_OBJ),$(BUILD)/bench/bench $(BUILD)/bench/mpe-guard-without-tap $(BUILD)/bench/fleet-edge)

comma := ,
# Used with +: make does not see the $(MAKE) inside by itself.
submake = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
scripts = $(sort $(shell find tests/$(1) -maxdepth 1 -name '*.sh' -perm -u+x 2>/dev/null))

MAN := $(sort $(wildcard man/man*/*.[1-9]))
GENERATED := include/mpe/codes.h include/mpe/conditions.h include/mpe/params.h man/man7/mpe_codes.7 man/man7/mpe_conditions.7 man/man7/mpe_params.7

OBJECTS := $(LIB_OBJ) $(COMMON_OBJ) $(INSPECT_OBJ) $(GUARD_OBJ) $(SMOOTH_OBJ) $(GSTREAMER_OBJ) $(SERVER_OBJ) $(UNIT_SHARED) $(UNIT_SRC:%.c=$(OBJ)/%.o) $(SERVER_TEST_SRC:%.c=$(OBJ)/%.o) $(CASE_OBJ) \
           $(patsubst %.c,$(OBJ)/%.o,$(wildcard examples/*.c tests/bench/*.c tests/bench/fleet/*.c) $(FUZZ_SRC))

# --------------------------------------------------------------------------------------------------------- the library

.PHONY: all lib static shared
all: lib ## the library (the same as lib)
lib: static shared ## build/libmpe.a and build/libmpe.so
static: $(BUILD)/libmpe.a ## build/libmpe.a
shared: $(BUILD)/libmpe.so ## build/libmpe.so

$(BUILD)/libmpe.a: $(LIB_OBJ) $(BUILD)/.flags
	$(call say,AR,$@) rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/$(SOFILE): $(LIB_OBJ) lib/libmpe.map $(BUILD)/.flags
	$(call say,LINK,$@) $(CC) -shared -pthread $(CFLAGS) $(LDFLAGS) -Wl,-soname,$(SONAME) -Wl,-z,defs \
	    -Wl,--version-script=lib/libmpe.map -o $@ $(LIB_OBJ) $(LIB_PC_LIBS) $(LDLIBS)

$(BUILD)/libmpe.so: $(BUILD)/$(SOFILE)
	$(Q)ln -sf $(SOFILE) $(BUILD)/$(SONAME) && ln -sf $(SONAME) $@

$(OBJ)/lib/%.o: lib/%.c | libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,$(INSIDE) $(LIB_PC_CFLAGS))

# One sentence instead of a page of compiler errors.
require = @$(PKG_CONFIG) --exists $(2) 2>/dev/null || { \
    echo '$(1): run "make deps" as root, or: apt-get install $(3)' >&2; exit 1; }

.PHONY: libraries inspect-libraries guard-libraries gstreamer-libraries smooth-libraries test-libraries force
libraries:
	$(call require,libmpe needs pkg-config$(comma) FFmpeg and expat,$(LIB_PC),pkg-config libavformat-dev libavcodec-dev \
	    libavutil-dev libexpat1-dev uthash-dev)
inspect-libraries:
	$(call require,mpe-inspect needs libpcap$(comma) jansson and uthash,$(INSPECT_PC) $(PROGRAM_PC),libpcap-dev \
	    libjansson-dev uthash-dev)
guard-libraries:
	$(call require,mpe-guard needs libuv$(comma) libmicrohttpd$(comma) libcurl$(comma) libcyaml$(comma) SQLite$(comma) OpenSSL$(comma) hiredis and jansson,$(GUARD_PC) $(PROGRAM_PC),libuv1-dev \
	    libmicrohttpd-dev libcurl4-openssl-dev libcyaml-dev libyaml-dev libsqlite3-dev libssl-dev libhiredis-dev libjansson-dev)
gstreamer-libraries:
	$(call require,mpecheck needs GStreamer,$(GSTREAMER_PC),libgstreamer1.0-dev)
smooth-libraries: guard-libraries
	$(call require,mpe-smooth needs libmicrohttpd,$(SMOOTH_PC),libmicrohttpd-dev)
test-libraries:
	$(call require,the tests need check and jansson,$(TEST_PC) $(PROGRAM_PC),check libjansson-dev)

# The list of objects stands in it, too, so that a source that went away leaves the archive.
$(BUILD)/.flags: force
	@mkdir -p $(@D); echo '$(OBJ) $(LIB_OBJ)' | cmp -s - $@ || echo '$(OBJ) $(LIB_OBJ)' >$@

# ------------------------------------------------------------------------------------------------- what rows generate

include/mpe/codes.h: lib/codes/codes.def lib/codes/reasons.def lib/codes/rows.awk lib/codes/codes_h.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/codes/codes_h.awk lib/codes/codes.def lib/codes/reasons.def >$@

include/mpe/conditions.h: lib/codes/conditions.def lib/codes/rows.awk lib/codes/conditions_h.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/codes/conditions_h.awk lib/codes/conditions.def >$@

include/mpe/params.h: lib/limits/limits.def lib/codes/rows.awk lib/limits/params_h.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/limits/params_h.awk lib/limits/limits.def >$@

man/man7/mpe_codes.7: lib/codes/codes.def lib/codes/reasons.def lib/codes/rows.awk lib/codes/codes_man.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/codes/codes_man.awk lib/codes/codes.def lib/codes/reasons.def >$@

man/man7/mpe_conditions.7: lib/codes/conditions.def lib/codes/elsewhere.def lib/codes/rows.awk lib/codes/conditions_man.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/codes/conditions_man.awk lib/codes/conditions.def lib/codes/elsewhere.def >$@

man/man7/mpe_params.7: lib/limits/limits.def lib/codes/rows.awk lib/limits/params_man.awk
	$(call say,AWK,$@) $(AWK) -f lib/codes/rows.awk -f lib/limits/params_man.awk lib/limits/limits.def >$@

$(OBJECTS): | include/mpe/codes.h include/mpe/conditions.h include/mpe/params.h

# -------------------------------------------------------------------------------------------------------- the examples

# Programs look for profiles where they are installed: in ../share of their folder.
BUILT_PROFILES := $(PROFILES:examples/%=$(BUILD)/share/libmpe/%)
.PHONY: examples demo bench run-bench bench-plot
examples: $(EXAMPLES) $(BUILT_PROFILES) ## the example programs, in build/bin/

$(BUILT_PROFILES): $(BUILD)/share/libmpe/%: examples/%
	@mkdir -p $(@D)
	$(call say,COPY,$@) cp $< $@

LIBMPE = $(BUILD)/libmpe.$(if $(filter shared,$(LINK_PROGRAMS)),so,a)

$(BUILD)/bin/mpe-inspect: $(INSPECT_OBJ) $(COMMON_OBJ) $(LIBMPE)
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(INSPECT_PC_LIBS) -lm)

$(BUILD)/bin/mpe-guard: $(GUARD_OBJ) $(SERVER_OBJ) $(COMMON_OBJ) $(LIBMPE)
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(GUARD_PC_LIBS))

$(BUILD)/bin/mpe-smooth: $(SMOOTH_OBJ) $(SERVER_OBJ) $(COMMON_OBJ) $(LIBMPE)
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(SMOOTH_PC_LIBS) $(GUARD_PC_LIBS))

$(BUILD)/bin/%: $(OBJ)/examples/%.o $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link)

$(OBJ)/examples/inspect/%.o: examples/inspect/%.c | inspect-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS) $(INSPECT_PC_CFLAGS))

$(OBJ)/examples/guard/%.o: examples/guard/%.c | guard-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS) $(GUARD_PC_CFLAGS))

$(OBJ)/examples/common/server/%.o: examples/common/server/%.c | guard-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS) $(GUARD_PC_CFLAGS))

# The page of --admin and the script of a fleet are part of the programs: their bytes as lists that C arrays include.
PAGE := $(addprefix $(OBJ)/examples/common/server/page.,html.inc css.inc js.inc)
FLEET_SCRIPT := $(OBJ)/examples/common/server/fleet.lua.inc
$(PAGE) $(FLEET_SCRIPT): $(OBJ)/examples/common/server/%.inc: examples/common/server/%
	@mkdir -p $(@D)
	$(call say,BYTES,$<) od -An -v -tu1 $< | sed 's/\([0-9][0-9]*\)/\1,/g' >$@

$(OBJ)/examples/common/server/admin_page.o $(OBJ)/examples/common/server/fleet_script.o: \
    MPE_CPPFLAGS += -I$(OBJ)/examples/common/server
$(OBJ)/examples/common/server/admin_page.o: $(PAGE)
$(OBJ)/examples/common/server/fleet_script.o: $(FLEET_SCRIPT)

$(OBJ)/examples/smooth/%.o: examples/smooth/%.c | smooth-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS) $(GUARD_PC_CFLAGS) $(SMOOTH_PC_CFLAGS))

$(OBJ)/examples/%.o: examples/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS))

.PHONY: gstreamer
gstreamer: $(BUILD)/gstreamer/libgstmpecheck.so ## the GStreamer element mpecheck, in build/gstreamer/

$(OBJ)/examples/gstreamer/%.o: examples/gstreamer/%.c | gstreamer-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,$(GSTREAMER_PC_CFLAGS))

# It holds libmpe.a, as the programs do, and shows nothing of it.
$(BUILD)/gstreamer/libgstmpecheck.so: $(GSTREAMER_OBJ) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(CC) -shared -pthread $(CFLAGS) $(LDFLAGS) -Wl,--exclude-libs,ALL -Wl,-z,defs -o $@ \
	    $(GSTREAMER_OBJ) $(BUILD)/libmpe.a $(GSTREAMER_PC_LIBS) $(LIB_PC_LIBS) $(LDLIBS)

# nginx's configure writes into the folder it runs in: a copy of links. The modules hold libmpe.a.
NGINX_SRC ?= /usr/share/nginx/src
NGINX_DEP := $(wildcard examples/nginx/* examples/common/*.[ch] examples/common/server/*.[ch] examples/guard/*.[ch])
NGINX_OUT = $(abspath $(BUILD))/nginx
NGINX_SO := $(BUILD)/nginx/ngx_stream_mpe_module.so $(BUILD)/nginx/ngx_http_mpe_module.so
.PHONY: nginx nginx-sources
nginx: $(NGINX_SO) ## the nginx modules, in build/nginx/

nginx-sources:
	@test -e $(NGINX_SRC)/configure || { \
	    echo 'the nginx modules need its sources: apt-get install nginx-dev libnginx-mod-stream' >&2; exit 1; }

$(BUILD)/nginx/Makefile: examples/nginx/config $(BUILD)/.flags | nginx-sources include/mpe/codes.h include/mpe/conditions.h include/mpe/params.h
	$(Q)rm -rf $(NGINX_OUT) && mkdir -p $(NGINX_OUT) && cp -rs $(abspath $(NGINX_SRC)) $(NGINX_OUT)/src
	$(call say,NGINX,$@) cd $(NGINX_OUT)/src && MPE_CFLAGS='-I$(abspath include)' \
	    MPE_LIBS='$(abspath $(BUILD)/libmpe.a) $(LIB_PC_LIBS)' bash -c '. ./conf_flags && \
	    ./configure "$${NGX_CONF_FLAGS[@]}" --with-stream=dynamic --with-cc="$$1" --with-ld-opt="$$2" \
	    --builddir="$$3" --add-dynamic-module="$$4"' - '$(CC)' '$(LDFLAGS)' $(NGINX_OUT) $(abspath examples/nginx) \
	    >$(NGINX_OUT)/configure.log || { tail -n 20 $(NGINX_OUT)/configure.log >&2; rm -f $(NGINX_OUT)/Makefile; exit 1; }

$(NGINX_SO) &: $(BUILD)/nginx/Makefile $(BUILD)/libmpe.a $(NGINX_DEP) | include/mpe/codes.h include/mpe/conditions.h include/mpe/params.h
	$(call say,NGINX,$(NGINX_SO)) rm -f $(NGINX_SO) && cd $(NGINX_OUT)/src && $(MAKE) --no-print-directory -s \
	    -f ../Makefile $(abspath $(NGINX_SO)) >$(NGINX_OUT)/make.log

demo: ## the main job: real encoders, one table of what each was refused for (installs what is missing)
	@tests/deps.sh build examples demo
	+@$(submake) examples
	@BUILD='$(abspath $(BUILD))' examples/demo/run

bench: ## measures speed and memory, and prints them; PARTS='memory recv': only these (see tests/bench/README.md)
	@tests/deps.sh build examples bench fleet nginx
	+@$(submake) nginx run-bench

run-bench: $(BENCH) examples
	@BUILD='$(abspath $(BUILD))' tests/bench/run.sh $(PARTS)

bench-plot: ## draws tests/bench/speed.svg from what "make bench" wrote (installs gnuplot where it is missing)
	@tests/deps.sh plot
	@BUILD='$(abspath $(BUILD))' tests/bench/plot.sh

$(BUILD)/bench/bench: $(BENCH_OBJ) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,-ldl -lpthread)

$(BUILD)/bench/fleet-edge: $(OBJ)/tests/bench/fleet/edge.o $(SERVER_OBJ) $(COMMON_OBJ) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(GUARD_PC_LIBS))

$(OBJ)/tests/bench/fleet/%.o: tests/bench/fleet/%.c | guard-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(LIB_PC_CFLAGS) $(GUARD_PC_CFLAGS))

$(BUILD)/bench/mpe-guard-without-tap: $(GUARD_OBJ) $(SERVER_OBJ) $(COMMON_OBJ) $(OBJ)/tests/bench/without_tap.o \
                                      $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,-Wl$(comma)--wrap=mpe_session_feed $(GUARD_PC_LIBS))

# ----------------------------------------------------------------------------------------------------------- the tests

# EMULATOR=qemu-s390x: runs what was built for another processor.
EMULATOR ?=
emulated = $(foreach program,$(1),$(if $(EMULATOR),'$(EMULATOR) $(program)',$(program)))
UNIT_RUN = $(call emulated,$(filter-out $(SKIPPED),$(UNIT)))
# CASE_CUTS=n: each case cut in n ways only, where the runner is slow.
CASES_RUN = $(if $(CASE_RUNNER),'$(if $(EMULATOR),$(EMULATOR) )$(CASE_RUNNER) $(if $(CASE_CUTS),--cuts $(CASE_CUTS)) tests/cases')
# The replays in a build folder, each with its seeds and regressions.
replay_of = $(foreach target,$(FUZZ_TARGETS),'$(1)/fuzz/replay-$(target) $(call fuzz_inputs,$(target))')
fuzz_inputs = $(wildcard tests/fuzz/seeds/$(subst -,_,$(1)) tests/fuzz/regressions/$(subst -,_,$(1)))
# These need packages that check does without: make check-integrations.
FURTHER_RUN = $(wildcard $(addprefix tests/integration/,nginx*.sh gstreamer.sh ffi.sh consumers.sh admin.sh obs.sh)) \
              $(call scripts,deb)
INTEGRATION_RUN = $(filter-out $(FURTHER_RUN) tests/integration/fleet.sh,$(call scripts,diff) $(call scripts,integration))
INSTALL_RUN = $(call scripts,install)
API_RUN = $(call scripts,api)
LINT_RUN = $(call scripts,lint)
TRUST_RUN = $(call scripts,trust)

# What test scripts may look at, besides BUILD, which they get as an absolute path.
export OBJ CC CXX CFLAGS CPPFLAGS LDFLAGS LDLIBS AWK PKG_CONFIG MAKE
test_run = @BUILD='$(abspath $(BUILD))' tests/run.sh $(1)

.PHONY: check check-all check-built check-streams check-unit check-cases check-integration check-install check-api lint deps
check: ## builds and runs every test but the long ones (installs what is missing)
	@tests/deps.sh build examples check
	+@$(submake) check-built

check-built: lib examples $(UNIT) $(CASE_RUNNER) $(GENERATED) replay-sanitized
	$(call test_run,$(UNIT_RUN) $(CASES_RUN) $(API_RUN) $(LINT_RUN) $(INSTALL_RUN) $(TRUST_RUN) \
	    $(INTEGRATION_RUN) $(call replay_of,$(SANITIZED_REPLAY)))

# A warning of any compiler is an error there.
check-all: export WERROR = 1
check-all: check ## check, then many streams, the guard under fire, integrations, other Debians, sanitizers, valgrind and coverage
	+@for target in check-streams simulate-fleet fire check-delivery check-fleet check-integrations check-distros asan tsan valgrind coverage; do \
	    echo "---- make $$target" && $(MAKE) --no-print-directory $$target || exit 1; done

check-unit: $(UNIT) ## the unit tests
	$(call test_run,$(UNIT_RUN))

check-streams: $(OBJ)/tests/check_streams $(OBJ)/tests/check_health ## 1,000 healthy streams and 300 others of ten minutes, simulated
	@MPE_TEST_STREAMS=1000 $(OBJ)/tests/check_streams
	@MPE_TEST_STREAMS=1000 $(OBJ)/tests/check_health

simulate-fleet: $(OBJ)/tests/check_fleet ## 10,800 channels on 200 edges of a fleet, simulated: the tables of mpe_fleet(7)
	@MPE_TEST_CHANNELS=600 $(OBJ)/tests/check_fleet

.PHONY: simulate-fleet
check-cases: $(CASE_RUNNER) ## the cases of tests/cases, at every cut
	$(call test_run,$(CASES_RUN))

check-integration: examples ## real encoders and servers against the example programs
	$(call test_run,$(INTEGRATION_RUN))

.PHONY: fire
fire: examples ## mpe-guard with 500 encoders at once, a minute a round
	@FIRE_PUBLISHERS=500 FIRE_SECONDS=60 BUILD='$(abspath $(BUILD))' tests/run.sh tests/integration/fire.sh

.PHONY: check-fleet run-fleet
check-fleet: ## three mpe-guards that are one over a Redis server, with 60 encoders (installs what is missing)
	@tests/deps.sh build examples check fleet
	+@$(submake) run-fleet

run-fleet: examples
	$(call test_run,tests/integration/fleet.sh)

.PHONY: check-delivery
check-delivery: examples ## a receiver of notifications that is away for 45 s, and one that hangs
	@DELIVERY=long BUILD='$(abspath $(BUILD))' tests/run.sh tests/integration/delivery.sh

check-install: lib examples ## install into a scratch folder, use it, uninstall
	$(call test_run,$(INSTALL_RUN))

check-api: lib ## headers, exported symbols, struct layout
	$(call test_run,$(API_RUN))

lint: lib examples $(GENERATED) ## layers, purity, generated files, man pages
	$(call test_run,$(LINT_RUN))

.PHONY: check-integrations check-nginx check-gstreamer check-ffi check-deb run-integrations run-nginx run-gstreamer run-ffi
check-integrations: ## libmpe inside other programs and languages, and its packages (installs what is missing)
	@tests/deps.sh build examples check nginx gstreamer deb
	@tests/deps.sh ffi || echo 'The languages that are missing are skipped.'
	@tests/deps.sh obs || echo 'OBS Studio is skipped.'
	+@$(submake) run-integrations

run-integrations: lib examples nginx gstreamer
	$(call test_run,$(FURTHER_RUN))

check-nginx: ## real encoders through nginx with its modules
	@tests/deps.sh build examples nginx
	+@$(submake) run-nginx

run-nginx: examples nginx
	$(call test_run,$(wildcard tests/integration/nginx*.sh))

check-gstreamer: ## real pipelines with the GStreamer element
	@tests/deps.sh build examples gstreamer
	+@$(submake) run-gstreamer

run-gstreamer: examples gstreamer
	$(call test_run,tests/integration/gstreamer.sh)

.PHONY: check-obs run-obs
check-obs: ## OBS Studio, headless: a healthy push, and what its user sees of each refusal
	@tests/deps.sh build examples obs
	+@$(submake) run-obs

run-obs: examples
	$(call test_run,tests/integration/obs.sh)

check-ffi: ## Python, Node, Go, Rust and LuaJIT; a language that may not be installed is skipped
	@tests/deps.sh build examples
	@tests/deps.sh ffi || echo 'The languages that are missing are skipped.'
	+@$(submake) run-ffi

run-ffi: lib examples
	$(call test_run,tests/integration/ffi.sh)

check-deb: examples ## the Debian packages: built, judged, installed, used and purged
	@tests/deps.sh check deb
	$(call test_run,$(call scripts,deb))

ARCHES = s390x arm64 i386
.PHONY: check-distro check-arch check-distros
check-distro: ## RELEASE=trixie or bookworm: builds and tests in a fresh Debian of that release (root)
	@BUILD='$(BUILD)' tests/distro/distro.sh '$(or $(RELEASE),trixie)'

check-arch: ## ARCH=s390x, arm64 or i386: cross-builds in a fresh Debian, and tests with qemu-user (root)
	$(if $(filter $(ARCHES),$(ARCH)),,$(error ARCH is one of: $(ARCHES)))
	@BUILD='$(BUILD)' tests/distro/distro.sh '$(or $(RELEASE),bookworm)' '$(ARCH)'

check-distros: ## both releases and the three processors, one after the other
	+@for release in bookworm trixie; do $(MAKE) --no-print-directory check-distro RELEASE=$$release || exit 1; done
	+@for arch in $(ARCHES); do $(MAKE) --no-print-directory check-arch ARCH=$$arch || exit 1; done

.PHONY: format
format: ## formats the sources by .clang-format
	$(Q)find lib examples tests -name '*.[ch]' | xargs clang-format -i

SANITIZE = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
SANITIZE_BOTH = $(SANITIZE) -fsanitize=address,undefined
# What sanitizers and valgrind make slow is cut in fewer ways, and may take longer. The 60 days of check_time and
# the megabytes of check_bounds are arithmetic in one thread: nothing for ThreadSanitizer and, at 1/30 of the speed,
# nothing for valgrind.
sanitized = +@TEST_SECONDS=1800 CK_TIMEOUT_MULTIPLIER=100 TEST_SLOW=1 $(submake) BUILD='$(BUILD)/$(1)' CFLAGS='$(2)' CASE_CUTS=$(3) $(4)

.PHONY: asan ubsan tsan valgrind check-sanitized check-valgrind
asan: ## unit tests, cases and fuzz inputs under AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer
	$(call sanitized,asan,$(SANITIZE_BOTH),6,check-sanitized)

ubsan: ## the same under UndefinedBehaviorSanitizer alone
	$(call sanitized,ubsan,$(SANITIZE) -fsanitize=undefined,12,check-sanitized)

tsan: ## the same under ThreadSanitizer
	$(call sanitized,tsan,-O1 -g -fsanitize=thread,3,check-sanitized SKIPPED='%/check_time %/check_bounds')

valgrind: ## the same under valgrind: leaks, and reads of what nobody wrote
	@tests/deps.sh check valgrind
	$(call sanitized,valgrind,-O1 -g,1,check-valgrind SKIPPED='%/check_time %/check_bounds')

check-sanitized: $(UNIT) $(CASE_RUNNER) $(REPLAY)
	$(call test_run,$(filter-out $(SKIPPED),$(UNIT)) $(CASES_RUN) $(call replay_of,$(BUILD)))

check-valgrind: $(UNIT) $(CASE_RUNNER) $(REPLAY)
	$(call test_run,$(patsubst %,'tests/valgrind.sh %',$(filter-out $(SKIPPED),$(UNIT))) \
	    'tests/valgrind.sh $(CASE_RUNNER) --cuts 1 tests/cases' \
	    $(foreach target,$(FUZZ_TARGETS),'tests/valgrind.sh $(BUILD)/fuzz/replay-$(target) --as-they-are \
	    $(call fuzz_inputs,$(target))'))

.PHONY: coverage check-covered
coverage: ## lines and branches of lib/ that the tests of "make check" reach; fails below 95 % and 85 %
	@tests/deps.sh build examples check coverage
	+@TEST_SECONDS=1800 CK_TIMEOUT_MULTIPLIER=100 TEST_SLOW=1 $(submake) BUILD='$(BUILD)/coverage' CFLAGS='-O0 -g --coverage' CASE_CUTS=2 check-covered

check-covered: examples $(UNIT) $(CASE_RUNNER) $(REPLAY)
	@find '$(BUILD)' -name '*.gcda' -delete
	$(call test_run,$(UNIT_RUN) $(CASES_RUN) $(INTEGRATION_RUN) $(call replay_of,$(BUILD)))
	@gcovr --root . --object-directory '$(BUILD)' --filter 'lib/' --sort-percentage --txt '$(BUILD)/coverage.txt' \
	    --print-summary --fail-under-line 95 --fail-under-branch 85 '$(BUILD)'
	@echo 'lines that nothing reaches: $(BUILD)/coverage.txt'

SECONDS ?= 60
# One build with asan.
SANITIZED_REPLAY = $(BUILD)/asan

.PHONY: fuzz run-fuzz fuzz-replay replay-sanitized replays
fuzz: ## TARGET=rtmp, flv, fmp4, probe, amf0, smil, allow-list, session, alloc, health or share, SECONDS=60: libFuzzer (clang)
	$(if $(filter $(TARGET),$(FUZZ_TARGETS)),,$(error TARGET is one of: $(FUZZ_TARGETS)))
	@tests/deps.sh build fuzz
	+@$(submake) BUILD='$(BUILD)/fuzz' CC=clang CFLAGS='$(SANITIZE_BOTH) -fsanitize=fuzzer-no-link' run-fuzz

run-fuzz: $(BUILD)/fuzz/engine-$(TARGET) $(CASE_RUNNER)
	@ENGINE=$< CASE_RUNNER=$(CASE_RUNNER) BUILD='$(BUILD)' tests/fuzz/run.sh $(subst -,_,$(TARGET)) $(SECONDS)

fuzz-replay: replay-sanitized ## every fuzz target with its seeds and regressions, without an engine
	$(call test_run,$(call replay_of,$(SANITIZED_REPLAY)))

replay-sanitized:
	+@$(submake) BUILD='$(SANITIZED_REPLAY)' CFLAGS='$(SANITIZE_BOTH)' replays

replays: $(REPLAY)

# fuzz_allow_list.c makes the target allow-list.
.SECONDEXPANSION:
$(BUILD)/fuzz/replay-%: $(OBJ)/tests/fuzz/fuzz_$$(subst -,_,$$*).o $(OBJ)/tests/fuzz/replay.o $(FUZZ_OBJ) \
                        $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,-lm)

$(BUILD)/fuzz/engine-%: $(OBJ)/tests/fuzz/fuzz_$$(subst -,_,$$*).o $(FUZZ_OBJ) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,-lm -fsanitize=fuzzer)

deps: ## installs the Debian packages that are missing, or says which they are
	@tests/deps.sh build examples check demo

$(OBJ)/tests/check_%: $(OBJ)/tests/unit/check_%.o $(UNIT_SHARED) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(TEST_PC_LIBS))

# The parts of the servers, without a server.
$(OBJ)/tests/server_check_%: $(OBJ)/tests/server/check_%.o $(OBJ)/tests/unit/main.o $(SERVER_OBJ) $(COMMON_OBJ) \
                             $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,$(GUARD_PC_LIBS) $(TEST_PC_LIBS))

$(OBJ)/tests/case_runner: $(CASE_OBJ) $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(call say,LINK,$@) $(call link,-lm)

$(OBJ)/tests/unit/%.o: tests/unit/%.c | test-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,$(INSIDE) $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS) $(TEST_PC_CFLAGS))

$(OBJ)/tests/server/%.o: tests/server/%.c | guard-libraries test-libraries
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,-Iexamples $(LIB_PC_CFLAGS) $(GUARD_PC_CFLAGS) $(TEST_PC_CFLAGS))

$(OBJ)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(call say,CC,$<) $(call compile,$(INSIDE) $(PROGRAM_PC_CFLAGS) $(LIB_PC_CFLAGS))

# -------------------------------------------------------------------------------------------------------- installation

HEADERS := $(sort $(wildcard include/mpe/*.h))
# libmpe-static.pc: libmpe.a with the shared libraries that are here. "pkg-config --static --libs libmpe" is for an FFmpeg
# that is static, too: it asks for everything that FFmpeg was built with.
PC := libmpe.pc libmpe-static.pc

# "file page" for every name that the NAME section of a page gives: where they differ, the file leads to the page.
man_names = $(AWK) -f man/names.awk $(filter-out $(NOT_INSTALLED:%=%.1),$(MAN))
NOT_INSTALLED = $(addprefix man/man1/,$(filter-out $(PROGRAMS),mpe-inspect mpe-guard mpe-smooth))

relative_to = $(if $(filter $(1)/%,$(3)),$(2)/$(patsubst $(1)/%,%,$(3)),$(3))

# libmpe.pc holds these four: no blank, and nothing that sed, pkg-config or the shell that its flags go to reads for itself.
quoted = '$(subst ','\'',$(1))'
check_path = case $(call quoted,$($(1))) in [!/]* | *[!A-Za-z0-9/._+,=@~-]*) printf '%s\n' $(call quoted,$(1)=$($(1)): give \
    an absolute path of letters$(comma) digits and / . _ + - $(comma) = @ ~ (libmpe.pc can hold no other)) >&2; exit 1 ;; esac;

.PHONY: install-paths
install-paths:
	@LC_ALL=C; $(foreach path,PREFIX EXEC_PREFIX LIBDIR INCLUDEDIR,$(call check_path,$(path)))
	@case $(call quoted,$(DESTDIR)$(BINDIR)$(MANDIR)$(PKGCONFIGDIR)) in *\'*) \
	    echo "DESTDIR, BINDIR, MANDIR and PKGCONFIGDIR: give paths without a '" >&2; exit 1 ;; esac

.PHONY: install uninstall deb clean help
install: install-paths lib $(PROGRAMS:%=$(BUILD)/bin/%) $(GENERATED) ## installs library, headers, programs, man pages (PREFIX, DESTDIR, ...)
	$(Q)$(INSTALL_DIR) '$(DESTDIR)$(LIBDIR)' '$(DESTDIR)$(PKGCONFIGDIR)' '$(DESTDIR)$(INCLUDEDIR)/mpe'
	$(Q)$(INSTALL_DATA) $(BUILD)/libmpe.a '$(DESTDIR)$(LIBDIR)/libmpe.a'
	$(Q)$(INSTALL_LIB) $(BUILD)/$(SOFILE) '$(DESTDIR)$(LIBDIR)/$(SOFILE)'
	$(Q)ln -sf $(SOFILE) '$(DESTDIR)$(LIBDIR)/$(SONAME)'
	$(Q)ln -sf $(SONAME) '$(DESTDIR)$(LIBDIR)/libmpe.so'
	$(Q)$(INSTALL_DATA) $(HEADERS) '$(DESTDIR)$(INCLUDEDIR)/mpe/'
	$(Q)$(foreach pc,$(PC),sed -e 's|@PREFIX@|$(PREFIX)|' \
	    -e 's|@EXEC_PREFIX@|$(if $(filter $(PREFIX),$(EXEC_PREFIX)),$${prefix},$(EXEC_PREFIX))|' \
	    -e 's|@LIBDIR@|$(call relative_to,$(EXEC_PREFIX),$${exec_prefix},$(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(call relative_to,$(PREFIX),$${prefix},$(INCLUDEDIR))|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@REQUIRES@|$(LIB_PC)|' pkgconfig/$(pc).in | \
	    $(INSTALL_DATA) /dev/stdin '$(DESTDIR)$(PKGCONFIGDIR)/$(pc)' &&) true
	$(Q)$(if $(PROGRAMS),$(INSTALL_DIR) '$(DESTDIR)$(BINDIR)')
	$(Q)$(foreach program,$(PROGRAMS),$(INSTALL_PROGRAM) $(BUILD)/bin/$(program) '$(DESTDIR)$(BINDIR)/$(program)' &&) true
	$(Q)$(if $(PROGRAMS),$(INSTALL_DIR) '$(DESTDIR)$(DATADIR)/libmpe/profiles' && \
	    $(INSTALL_DATA) $(PROFILES) '$(DESTDIR)$(DATADIR)/libmpe/profiles/')
	$(Q)$(foreach section,1 3 7,$(INSTALL_DIR) '$(DESTDIR)$(MANDIR)/man$(section)' &&) true
	$(Q)$(man_names) | while read -r file page; do \
	    if [ "$$file" = "$$page" ]; then $(INSTALL_DATA) "man/$$page" '$(DESTDIR)$(MANDIR)'/"$$file"; \
	    else echo ".so $$page" | $(INSTALL_DATA) /dev/stdin '$(DESTDIR)$(MANDIR)'/"$$file"; \
	    fi || exit 1; done

uninstall: install-paths ## removes what install put there (same variables)
	$(Q)rm -f '$(DESTDIR)$(LIBDIR)/libmpe.a' '$(DESTDIR)$(LIBDIR)/libmpe.so' '$(DESTDIR)$(LIBDIR)/$(SONAME)' \
	    '$(DESTDIR)$(LIBDIR)/$(SOFILE)' $(PC:%='$(DESTDIR)$(PKGCONFIGDIR)/%')
	$(Q)rm -f $(PROGRAMS:%='$(DESTDIR)$(BINDIR)/%') $(HEADERS:include/%='$(DESTDIR)$(INCLUDEDIR)/%')
	$(Q)$(man_names) | while read -r file page; do rm -f '$(DESTDIR)$(MANDIR)'/"$$file"; done
	$(Q)rm -f $(PROFILES:examples/%='$(DESTDIR)$(DATADIR)/libmpe/%')
	$(Q)rmdir '$(DESTDIR)$(INCLUDEDIR)/mpe' 2>/dev/null || true
	$(Q)rmdir '$(DESTDIR)$(DATADIR)/libmpe/profiles' '$(DESTDIR)$(DATADIR)/libmpe' 2>/dev/null || true

# Nothing of this make's flags reaches them: Debian has its own.
deb: ## the Debian packages, in build/deb/ (installs what is missing)
	@tests/deps.sh build examples deb
	$(Q)rm -rf '$(BUILD)/deb' && mkdir -p '$(BUILD)/deb/libmpe'
	$(call say,COPY,$(BUILD)/deb/libmpe) BUILD='$(BUILD)' tests/sources.sh | tar -c --null -T - | tar -x -C '$(BUILD)/deb/libmpe'
	$(call say,DEB,$(BUILD)/deb) cd '$(BUILD)/deb/libmpe' && env -i PATH="$$PATH" HOME="$$HOME" LANG=C.UTF-8 \
	    DEB_BUILD_OPTIONS="$${DEB_BUILD_OPTIONS-nocheck noautodbgsym parallel=$(JOBS)}" \
	    DEB_BUILD_PROFILES="$${DEB_BUILD_PROFILES-nocheck}" dpkg-buildpackage -us -uc -b >../log 2>&1 || \
	    { tail -n 40 ../log >&2; exit 1; }
	$(Q)rm -r '$(BUILD)/deb/libmpe'
	$(call say,LINTIAN,$(BUILD)/deb) lintian --allow-root --fail-on error,warning '$(BUILD)'/deb/*.changes
	$(Q)ls '$(BUILD)'/deb/*.deb

clean: ## removes build/
	$(Q)rm -rf $(BUILD)

help: ## this list
	@$(AWK) -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

-include $(OBJECTS:.o=.d)
