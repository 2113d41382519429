/** Machines that nobody told ramshot about. */
package com.example.machine;
