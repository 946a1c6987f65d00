/* SPDX-License-Identifier: MIT */
/* What driver_headers.c, a driver's C, gives to the test in C++. Sizes and results; each says what it should
 * be. */
#pragma once
#ifdef __cplusplus
extern "C" {
#endif

/* Adds 1, 2, 3 at the end and 0 at the front, deletes the even ones in a loop: the rest in order, as a
 * decimal. */
int c_list_of_odd_numbers(void);
/* Two lists, 12 and 34, spliced as named: in order, as a decimal. */
int c_list_spliced_in_front(void);
int c_list_spliced_behind(void);
/* 1 if a deleted element holds the poison and a del_init one is empty. */
int c_list_deleted(void);
/* 1, 2, 3, with 2 moved to the front and 1 replaced by 9: 293. */
int c_list_moved(void);
/* Each 1 if it holds. */
int c_error_pointers(void);
int c_rounding(void);
int c_container_of(void);
/* Prints "mydrv: n" with the given number through pr_info with a pr_fmt of its own. */
void c_prints(int number);
/* Warns three times over, through one WARN_ON_ONCE. */
int c_warns_once(void);

#ifdef __cplusplus
}
#endif
