# libmpe. "make help" lists the targets.
BUILD ?= build
CC ?= cc
CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
FFMPEG = libavformat libavcodec libavutil
LIBDEPS = $(FFMPEG) jansson
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -fvisibility=hidden $(WARN) $(CFLAGS) -Iinclude -Iinclude/mpe -Ilib -I$(BUILD)/gen $(shell pkg-config --cflags $(LIBDEPS))
LIB_SRC = $(shell find lib -name '*.c' | sort)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/obj/%.o)
lib: $(BUILD)/libmpe.a
$(BUILD)/libmpe.a: $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/obj/%.o: %.c include/mpe/codes.h include/mpe/params.h
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
-include $(LIB_OBJ:.o=.d)
include/mpe/codes.h: lib/codes/codes.def lib/codes/reasons.def lib/codes/rows.awk lib/codes/codes_h.awk
	awk -f lib/codes/rows.awk -f lib/codes/codes_h.awk lib/codes/codes.def lib/codes/reasons.def > $@
include/mpe/params.h: lib/limits/limits.def lib/codes/rows.awk lib/limits/params_h.awk
	awk -f lib/codes/rows.awk -f lib/limits/params_h.awk lib/limits/limits.def > $@
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/check_*.c))
check-unit: $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done
$(BUILD)/tests/%: tests/unit/%.c tests/unit/main.c $(BUILD)/libmpe.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(shell pkg-config --cflags check) -o $@ $^ $(shell pkg-config --libs check $(LIBDEPS))
