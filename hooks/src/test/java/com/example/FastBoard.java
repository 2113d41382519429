package com.example;

/** Inherits its quantum. */
public class FastBoard extends Board {}
