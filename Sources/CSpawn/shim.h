// SPDX-License-Identifier: Apache-2.0
// Copyright the mcp-stack authors
#pragma once
#include <spawn.h>

// Functions of the C library that its headers hide from a compiler without _GNU_SOURCE.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
extern int pipe2(int ends[2], int flags);
extern int execvpe(const char *program, char *const arguments[], char *const environment[]);
