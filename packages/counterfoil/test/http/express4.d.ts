/** Express 4, by another name: it has the same face as 5, as far as these tests go. */
declare module 'express4' {
  import express from 'express'
  export default express
}
